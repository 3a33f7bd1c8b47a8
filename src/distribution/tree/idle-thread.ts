import { Worker } from 'node:worker_threads';

/** A worker thread that is there while it is needed. */
export interface IdleThread<Request, Answer> {
  /**
   * Sends a message, once those before are answered, and gives the one that answers it. Throws what ended the thread
   * meanwhile; the next call starts another.
   */
  ask(request: Request): Promise<Answer>;
}

/**
 * Starts the thread with the first request, and ends it when none came for `idleMs`: what it takes of memory is for the time
 * of work only. It keeps the process alive while a request is under way, as work on files does, and no longer.
 */
export function createIdleThread<Request, Answer>(options: {
  file: URL;
  workerData: unknown;
  idleMs: number;
}): IdleThread<Request, Answer> {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function start(): Worker {
    const started = new Worker(options.file, {
      workerData: options.workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    const gone = () => {
      if (worker === started) worker = undefined;
    };
    // One that dies while nobody asks is replaced; without a listener, its error would end the process.
    started.on('error', gone).on('exit', gone);
    return started;
  }

  async function send(request: Request): Promise<Answer> {
    clearTimeout(idle);
    worker ??= start();
    const used = worker;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const ended = () => reject(new Error(`The thread ${options.file.href} ended before it answered.`));
    used.once('message', resolve).once('error', reject).once('exit', ended);
    used.ref();
    try {
      used.postMessage(request);
      return await promise;
    } finally {
      used.off('message', resolve).off('error', reject).off('exit', ended);
      used.unref();
      idle = setTimeout(() => {
        worker = undefined;
        void used.terminate();
      }, options.idleMs).unref();
    }
  }

  return {
    ask(request) {
      const answer = last.then(() => send(request));
      // Only for its end: who asked hears of the failure.
      last = answer.catch(() => {});
      return answer;
    },
  };
}
