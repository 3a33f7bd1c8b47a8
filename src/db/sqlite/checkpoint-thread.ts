import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * - `passive`: as much as can be done while others write
 * - `restart`: the same, and if that was all, begins the log anew. SQLite syncs the log's new header first, which the next
 *   to write would have to wait for
 * - `truncate`: everything is in the database file, synced, and the log is empty, or it fails
 */
export type CheckpointRequest = 'passive' | 'restart' | 'truncate';

export interface CheckpointResponse {
  /** What `PRAGMA wal_checkpoint` answers: frames in the log, and how many of them are in the database file. */
  readonly log?: number;
  readonly checkpointed?: number;
  readonly error?: string;
}

const port = parentPort;
if (!port) throw new Error('checkpoint-thread.ts runs as a worker thread only');

const db = new DatabaseSync(workerData.file);
db.exec('PRAGMA wal_autocheckpoint = 0');
// Who begins the log anew is who cuts it to this.
db.exec('PRAGMA journal_size_limit = 67108864');
// The number means nothing here; SQLite writes its page though it does not change.
const { user_version: version } = db.prepare('PRAGMA user_version').get() ?? {};

function checkpoint(request: CheckpointRequest): CheckpointResponse {
  const mode = request === 'truncate' ? 'TRUNCATE' : 'PASSIVE';
  const { busy, log, checkpointed } = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  if (request === 'truncate' && busy !== 0) return { error: 'another program uses the database' };
  if (request === 'restart' && log === checkpointed) db.exec(`PRAGMA user_version = ${version}`);
  return { log: Number(log), checkpointed: Number(checkpointed) };
}

port.on('message', (request: CheckpointRequest | 'close') => {
  if (request === 'close') {
    db.close();
    port.close();
    return;
  }
  let response: CheckpointResponse;
  try {
    response = checkpoint(request);
  } catch (error) {
    response = { error: (error as Error).message };
  }
  port.postMessage(response);
});
