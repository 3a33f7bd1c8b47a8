import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenBlob } from '../../blob/index.ts';
import type { BodySink } from '../../http/index.ts';
import { someBytes } from '../../testing/index.ts';
import { writeRange } from './blob-body.ts';

const MiB = 1024 * 1024;
const bytes = someBytes(3 * MiB + 17);
const whole = { start: 0, endExclusive: bytes.byteLength };

function blobOf(content: Buffer): OpenBlob {
  return {
    sizeBytes: content.byteLength,
    async read(target, position) {
      return content.copy(target, 0, position);
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Keeps what it is given only when it says that it has taken it: a buffer that is used too early shows. */
function slowSink(): BodySink & { pieces: Buffer[]; release(): void } {
  const pieces: Buffer[] = [];
  const gate = Promise.withResolvers<void>();
  return {
    pieces,
    release: gate.resolve,
    async write(chunk) {
      await gate.promise;
      await new Promise((resolve) => setImmediate(resolve));
      pieces.push(Buffer.from(chunk));
    },
  };
}

async function sizesOfADownload(): Promise<number[]> {
  const sink = slowSink();
  sink.release();
  await writeRange(blobOf(bytes), whole, sink);
  return sink.pieces.map(({ byteLength }) => byteLength);
}

for (const [start, endExclusive] of [
  [0, bytes.byteLength],
  [5, 6],
  [100, 100 + 64 * 1024 + 1],
  [MiB - 1, 2 * MiB + 1],
  [7, 7],
] as const) {
  test(`bytes ${start} to ${endExclusive} → these and no other`, async () => {
    const sink = slowSink();
    sink.release();
    await writeRange(blobOf(bytes), { start, endExclusive }, sink);
    assert.ok(Buffer.concat(sink.pieces).equals(bytes.subarray(start, endExclusive)));
  });
}

test('more downloads at once than there are large buffers → small ones for the rest, every byte right for all', async () => {
  const sinks = Array.from({ length: 40 }, slowSink);
  const done = sinks.map((sink) => writeRange(blobOf(bytes), whole, sink));
  for (const sink of sinks) sink.release();
  await Promise.all(done);
  for (const { pieces } of sinks) assert.ok(Buffer.concat(pieces).equals(bytes));
  const largest = sinks.map(({ pieces }) => Math.max(...pieces.map(({ byteLength }) => byteLength)));
  assert.ok(largest.includes(MiB) && largest.includes(MiB / 4), largest.join());
});

test('downloads that were cut do not keep large buffers from those that come', async () => {
  const cut: BodySink = { write: () => Promise.reject(new Error('gone')) };
  for (let turn = 0; turn < 40; turn++) {
    await assert.rejects(writeRange(blobOf(bytes), whole, cut), /gone/);
  }
  assert.equal((await sizesOfADownload())[0], MiB);
});

test('a blob shorter than its range → an error that says where it ends', async () => {
  const sink = slowSink();
  sink.release();
  const range = { start: 0, endExclusive: bytes.byteLength + 1 };
  await assert.rejects(writeRange(blobOf(bytes), range, sink), /ends at byte 3145745/);
});
