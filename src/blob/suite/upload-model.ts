import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestAlgorithms, digestOf } from '../../oci/index.ts';
import {
  assertHolds,
  beginUpload,
  brokenAfter,
  chunksOf,
  failsWith,
  type MakeStore,
  someBytes,
} from './fixtures.ts';

const batch = 1024 * 1024;
const sizeBytes = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: batch - 1, max: batch + 1 }) },
);
const chunkBytes = fc.constantFrom(7, 1000, 65_536, 2 * batch);
const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), sizeBytes, chunkBytes }),
  fc.record({ kind: fc.constant('break' as const), sizeBytes }),
  fc.record({ kind: fc.constant('misname' as const), sizeBytes }),
  fc.record({ kind: fc.constantFrom('misplace' as const, 'restart' as const) }),
);

/** A session against the plainest model there is: the bytes that arrived. */
export function testUploadModel(makeStore: MakeStore): void {
  test('whatever happens to a session, it holds the bytes that arrived and publishes exactly them', async () => {
    const algorithm = fc.constantFrom(...digestAlgorithms);
    const steps = fc.array(step, { maxLength: 8 });
    const property = fc.asyncProperty(steps, algorithm, algorithm, async (taken, begun, finished) => {
      await using under = await makeStore();
      let { store } = under;
      const key = await beginUpload(store, begun);
      let model = new Uint8Array();

      for (const [index, action] of taken.entries()) {
        const size = model.byteLength;
        const fresh = 'sizeBytes' in action ? someBytes(action.sizeBytes, index + 1) : new Uint8Array();
        switch (action.kind) {
          case 'append':
            await store.appendUpload(
              key,
              chunksOf(fresh, Math.max(action.chunkBytes, Math.ceil(fresh.length / 2000))),
              size,
            );
            break;
          case 'break': {
            const gone = new Error('gone');
            await assert.rejects(store.appendUpload(key, brokenAfter(fresh, gone), size), (e) => e === gone);
            break;
          }
          case 'misplace':
            await assert.rejects(
              store.appendUpload(key, chunksOf(someBytes(5)), size + 1),
              failsWith('offset-mismatch'),
            );
            break;
          case 'misname': {
            const wrong = digestOf(finished, Buffer.concat([model, fresh, new Uint8Array(1)]));
            const last = { source: chunksOf(fresh), position: size };
            await assert.rejects(store.finishUpload(key, wrong, { last }), failsWith('digest-mismatch'));
            break;
          }
          case 'restart':
            store = (await under.reopen?.()) ?? store;
        }
        model = new Uint8Array(Buffer.concat([model, fresh]));
        assert.equal((await store.findUpload(key))?.sizeBytes, model.byteLength);
      }
      const digest = digestOf(finished, model);
      assert.equal(await store.finishUpload(key, digest), model.byteLength);
      await assertHolds(store, digest, model);
    });
    await fc.assert(property, { numRuns: 40 });
  });
}
