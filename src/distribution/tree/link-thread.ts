import { parentPort, workerData } from 'node:worker_threads';
import { syncDirectory } from './directory-sync.ts';
import { createLinkFiles, type FileChange } from './link-files.ts';
import type { TreeErrorCode } from './tree-error.ts';

/** A `TreeError` as it passes between threads, which keep neither the class nor the code of an error. */
export interface PassedError {
  readonly code: TreeErrorCode;
  readonly message: string;
  readonly cause: unknown;
}

/** For each of the changes of a message, in their order. */
export type LinkThreadAnswer = readonly (PassedError | undefined)[];

const port = parentPort;
if (!port) throw new Error('link-thread.ts runs as a worker thread only');

const files = createLinkFiles({ top: workerData.top, syncDirectory });
port.on('message', (changes: readonly FileChange[]) => {
  const errors = files.write(changes);
  const answer: LinkThreadAnswer = errors.map((error) =>
    error === undefined ? undefined : { code: error.code, message: error.message, cause: error.cause },
  );
  port.postMessage(answer);
});
