import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DbError } from '../db-error.ts';
import type { StatementResult } from './connection.ts';
import type { WriterRequest, WriterResponse } from './writer-thread.ts';

/** The writing connection, in a thread of its own: a commit waits for the disk, and the event loop must not. */
export interface SqliteWriter {
  execute(sql: string, parameters?: readonly unknown[]): Promise<StatementResult>;
  /** As of the last answer. */
  readonly inTransaction: boolean;
  close(): Promise<void>;
}

export async function startSqliteWriter(file: string): Promise<SqliteWriter> {
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: { file } });
  // 'ready' or, through `once`, the error that opening the file threw.
  await once(worker, 'message');

  const waiting = new Map<number, { resolve(result: StatementResult): void; reject(error: unknown): void }>();
  let lastId = 0;
  let inTransaction = false;
  let failure: Error | undefined;

  worker.on('message', (response: WriterResponse) => {
    inTransaction = response.inTransaction;
    const caller = waiting.get(response.id);
    waiting.delete(response.id);
    if (response.error) caller?.reject(Object.assign(new Error(response.error.message), response.error));
    else if (response.result) caller?.resolve(response.result);
  });
  const fail = (cause: unknown, reason: string) => {
    failure ??= new DbError('database-unavailable', `The database ${file} ${reason}.`, { cause });
    for (const caller of waiting.values()) caller.reject(failure);
    waiting.clear();
  };
  worker.on('error', (error) => fail(error, 'lost its writing thread; restart the server'));
  worker.on('exit', () => fail(undefined, 'is closed'));

  return {
    execute(sql, parameters = []) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        worker.postMessage({ id: lastId, sql, parameters } satisfies WriterRequest);
      });
    },
    get inTransaction() {
      return inTransaction;
    },
    async close() {
      if (failure) return;
      worker.postMessage('close');
      await once(worker, 'exit');
    },
  };
}
