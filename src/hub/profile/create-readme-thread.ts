import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Renders Markdown beside the thread that answers requests. */
export interface ReadmeThread {
  /** Undefined for a text that takes too long. Rejects when too many wait, or there can be no thread. */
  render(text: string): Promise<string | undefined>;
}

/** The worst that was found for 25,000 characters takes a fifth of a second; what takes this long is an attack. */
const RENDER_MS = 3_000;
const MAX_WAITING = 100;
/** Between two, the thread and its libraries (some 15 MB) go. */
const IDLE_MS = 10_000;

/** The thread is started when there is something to render; it keeps no process alive. */
export function createReadmeThread({ renderMs = RENDER_MS }: { renderMs?: number } = {}): ReadmeThread {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let settle: (html: string | undefined) => void = () => {};

  function stop(): void {
    void worker?.terminate();
    worker = undefined;
  }

  async function start(): Promise<Worker> {
    const started = new Worker(new URL('./readme-thread.ts', import.meta.url));
    // 'ready' or, through `once`, the error that loading threw.
    await once(started, 'message');
    started.on('message', (html: string) => settle(html));
    started.on('error', () => settle(undefined));
    return started;
  }

  async function renderNext(text: string): Promise<string | undefined> {
    clearTimeout(idle);
    worker ??= await start();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    settle = resolve;
    const timer = setTimeout(resolve, renderMs, undefined);
    worker.ref();
    worker.postMessage(text);
    const html = await promise;
    clearTimeout(timer);
    worker.unref();
    // An answer that came late would be taken for the next.
    if (html === undefined) stop();
    else idle = setTimeout(stop, IDLE_MS).unref();
    return html;
  }

  return {
    async render(text) {
      if (waiting >= MAX_WAITING) throw new Error('Too many READMEs wait to be rendered.');
      waiting += 1;
      const next = last.then(() => renderNext(text));
      // Whoever asked hears of it; the next in line only waits for its end.
      last = next.catch(() => {});
      return next.finally(() => {
        waiting -= 1;
      });
    },
  };
}
