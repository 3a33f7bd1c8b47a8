import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CheckpointRequest, CheckpointResponse } from './checkpoint-thread.ts';

/** Brings what is in the log into the database file, in a thread of its own: that waits for the disk. */
export interface Checkpoints {
  /** Throws what kept it from being done; trying again is fine. */
  run(request: CheckpointRequest): Promise<CheckpointResponse>;
  close(): Promise<void>;
}

/** A thread that has nothing to do costs some megabytes. */
const IDLE_MS = 5_000;

export function createCheckpoints(file: string): Checkpoints {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const end = async () => {
    clearTimeout(idle);
    const ending = thread;
    thread = undefined;
    if (!ending) return;
    // It may end by an error, which nobody waits for.
    const exit = once(ending, 'exit').catch(() => {});
    ending.postMessage('close');
    await exit;
  };

  const ask = async (request: CheckpointRequest) => {
    clearTimeout(idle);
    thread ??= new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData: { file } });
    const worker = thread;
    const answer = once(worker, 'message');
    worker.postMessage(request);
    const [response] = (await answer.catch(async (error: unknown) => {
      // It could not even open the database: the next try begins anew.
      thread = undefined;
      await worker.terminate();
      throw error;
    })) as [CheckpointResponse];
    idle = setTimeout(end, IDLE_MS).unref();
    if (response.error !== undefined) throw new Error(response.error);
    return response;
  };

  return {
    run(request) {
      const answer = last.then(() => ask(request));
      last = answer.catch(() => {});
      return answer;
    },
    async close() {
      await last;
      await end();
    },
  };
}
