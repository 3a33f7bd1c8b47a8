import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { createIdleThread } from './idle-thread.ts';

const threadOf = (code: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort as port, workerData } from 'node:worker_threads'; ${code}`)}`,
  );

/** All threads that are started until its end. */
function watchThreads(): Disposable & { readonly started: Worker[] } {
  const started: Worker[] = [];
  const note = (message: unknown) => void started.push((message as { worker: Worker }).worker);
  const threads = channel('worker_threads');
  threads.subscribe(note);
  return { started, [Symbol.dispose]: () => void threads.unsubscribe(note) };
}

test('requests are answered one after the other, by one thread, with the first of which it starts', async () => {
  using threads = watchThreads();
  const thread = createIdleThread<number, string>({
    file: threadOf(
      "port.on('message', (n) => setTimeout(() => port.postMessage(workerData + n), 20 - 10 * n))",
    ),
    workerData: 'answer ',
    idleMs: 60_000,
  });
  assert.equal(threads.started.length, 0);
  assert.deepEqual(await Promise.all([thread.ask(0), thread.ask(1)]), ['answer 0', 'answer 1']);
  assert.equal(threads.started.length, 1);
  await threads.started[0]?.terminate();
});

test('a thread without work ends, and the next request starts another', async () => {
  using threads = watchThreads();
  const thread = createIdleThread<number, number>({
    file: threadOf("port.on('message', (n) => port.postMessage(n))"),
    workerData: undefined,
    idleMs: 1,
  });
  for (const number of [1, 2]) {
    assert.equal(await thread.ask(number), number);
    const worker = threads.started.at(-1);
    assert.ok(worker);
    await once(worker, 'exit');
    assert.equal(threads.started.length, number);
  }
});

for (const [title, code, message] of [
  ['throws', "throw new Error('broken')", /broken/],
  ['exits', 'process.exit(3)', /ended before it answered/],
] as const) {
  test(`a thread that ${title} fails what it was asked; the next request starts another`, async () => {
    const thread = createIdleThread<string, string>({
      file: threadOf(`port.on('message', (m) => { if (m === 'end') { ${code} } port.postMessage(m); })`),
      workerData: undefined,
      idleMs: 1,
    });
    const ended = assert.rejects(thread.ask('end'), message);
    assert.equal(await thread.ask('sound'), 'sound');
    await ended;
  });
}

test('a process lives until it has the answer, and no longer', () => {
  const file = threadOf("port.on('message', (n) => setTimeout(() => port.postMessage(n), 20))");
  const script = `
    import { createIdleThread } from ${JSON.stringify(new URL('./idle-thread.ts', import.meta.url))};
    const thread = createIdleThread({ file: new URL(${JSON.stringify(file)}), idleMs: 3_600_000 });
    console.log(await thread.ask(6), await thread.ask(7));`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '6 7\n' });
});
