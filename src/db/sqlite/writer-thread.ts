import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteConnection, type StatementResult } from './connection.ts';

/** Asked of the thread; answered in order with the same `id`. */
export interface WriterRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface WriterResponse {
  readonly id: number;
  readonly result?: StatementResult;
  readonly error?: { message: string; errcode?: number; code?: string };
  /** Whether the connection is inside a transaction afterwards: SQLite ends one by itself on a full disk. */
  readonly inTransaction: boolean;
}

const port = parentPort;
if (!port) throw new Error('writer-thread.ts runs as a worker thread only');

const connection = openSqliteConnection({ file: workerData.file, readOnly: false });
port.on('message', (request: WriterRequest | 'close') => {
  if (request === 'close') {
    connection.close();
    port.close();
    return;
  }
  const { id, sql, parameters } = request;
  try {
    const result = connection.execute(sql, parameters);
    port.postMessage({ id, result, inTransaction: connection.inTransaction } satisfies WriterResponse);
  } catch (caught) {
    const { message, errcode, code } = caught as { message: string; errcode?: number; code?: string };
    const error = { message, ...(errcode !== undefined && { errcode }), ...(code !== undefined && { code }) };
    port.postMessage({ id, error, inTransaction: connection.inTransaction } satisfies WriterResponse);
  }
});
port.postMessage('ready');
