import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DbError } from '../db-error.ts';
import type { StatementResult } from './connection.ts';
import type { Statement, WriterAnswers, WriterRun } from './writer-thread.ts';

/** The writing connection, in a thread of its own: a commit waits for the disk, and the event loop must not. */
export interface SqliteWriter {
  /**
   * Executes statements in order, up to the first that fails, and gives the result of each. Runs are executed in the
   * order of the calls; with `inside`, none is outside of a transaction. Nothing need be awaited in between.
   */
  run(statements: readonly Statement[], options: { inside: boolean }): Promise<readonly StatementResult[]>;
  /** As of the last answer. */
  readonly inTransaction: boolean;
  close(): Promise<void>;
}

export async function startSqliteWriter(file: string): Promise<SqliteWriter> {
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: { file },
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  // 'ready' or, through `once`, the error that opening the file threw.
  await once(worker, 'message');

  const waiting = new Map<
    number,
    { resolve(results: readonly StatementResult[]): void; reject(error: unknown): void }
  >();
  let lastId = 0;
  let inTransaction = false;
  let failure: Error | undefined;
  let unsent: WriterRun[] = [];

  worker.on('message', ({ answers, inTransaction: isInside }: WriterAnswers) => {
    inTransaction = isInside;
    for (const { id, results, error } of answers) {
      const caller = waiting.get(id);
      waiting.delete(id);
      if (error) caller?.reject(Object.assign(new Error(error.message), error));
      else if (results) caller?.resolve(results);
    }
  });
  const fail = (cause: unknown, reason: string) => {
    failure ??= new DbError('database-unavailable', `The database ${file} ${reason}.`, { cause });
    for (const caller of waiting.values()) caller.reject(failure);
    waiting.clear();
  };
  worker.on('error', (error) => fail(error, 'lost its writing thread; restart the server'));
  worker.on('exit', () => fail(undefined, 'is closed'));

  /** To wake the thread, and to be woken by it, costs several times what a statement does: all of a turn go at once. */
  const send = () => {
    const runs = unsent;
    unsent = [];
    try {
      worker.postMessage(runs);
    } catch (error) {
      // A parameter that cannot be sent. Nothing was; here, outside of any call, it would end the process.
      for (const { id } of runs) {
        waiting.get(id)?.reject(error);
        waiting.delete(id);
      }
    }
  };

  return {
    run(statements, { inside }) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        if (unsent.push({ id: lastId, statements, inside }) === 1) process.nextTick(send);
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
