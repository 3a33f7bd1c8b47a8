import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertSameBytes, chunksOf, someBytes } from '../suite/fixtures.ts';
import { appendStream } from './append-stream.ts';

test('a disk that takes only part of each write still gets every byte, in order', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 1, max: 2000 }),
    async (sizeBytes, chunkBytes, acceptedBytes) => {
      const bytes = someBytes(sizeBytes);
      const disk = new Uint8Array(100 + sizeBytes);
      const file = {
        async writev(buffers: Uint8Array[], position: number) {
          assert.ok(buffers.length <= 1024, 'more buffers than one call may take');
          const part = Buffer.concat(buffers).subarray(0, acceptedBytes);
          disk.set(part, position);
          return { bytesWritten: part.byteLength };
        },
        async truncate() {},
      };
      const seen: Uint8Array[] = [];
      const source = chunksOf(bytes, chunkBytes);
      const onChunk = (chunk: Uint8Array) => seen.push(chunk.slice());
      const outcome = await appendStream({ file, source, position: 100, onChunk });
      assert.deepEqual(outcome, { sizeBytes: 100 + sizeBytes });
      assertSameBytes(disk.subarray(100), bytes);
      assertSameBytes(Buffer.concat(seen), bytes);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
