import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { BlobStore } from '../../blob/index.ts';
import { buildBlob, buildImage } from '../../testing/build-image.ts';
import { type OpenRegistry, openRegistry, readFacts } from '../../testing/open-registry.ts';
import { createRegistry2Tree } from '../../testing/registry2-tree.ts';
import { adoptTree } from './adopt-tree.ts';

const repositories = ['a', 'a-b', 'a/b', 'a/b/c', 'a0', 'b', 'team/app', 'team/app-2', 'team/app/x', 'z'];
const layersEach = 120;

let volume: OpenRegistry;
let whole: Awaited<ReturnType<typeof readFacts>>;

before(async () => {
  volume = await openRegistry();
  const tree = createRegistry2Tree(volume.root);
  for (const [seed, repository] of repositories.entries()) {
    for (let index = 0; index < layersEach; index++) {
      const { bytes, digest } = buildBlob(Buffer.from(`layer ${repository} ${index}`));
      // Every tenth is without bytes: a problem.
      if (index % 10 > 0) await tree.writeBlob(bytes);
      await tree.writeLayer(repository, digest);
    }
    await tree.writeImage(repository, buildImage({ seed: seed + 1 }), 'x', 'y');
  }
  await adoptTree(volume);
  whole = await readFacts(volume.db);
});

after(async () => volume[Symbol.asyncDispose]());

/** Calls `onFind` before each look at a blob. */
function watched(blobs: BlobStore, onFind: () => void): BlobStore {
  return {
    ...blobs,
    find(digest) {
      onFind();
      return blobs.find(digest);
    },
  };
}

test('an adoption broken off anywhere, any number of times, ends in the same database', async () => {
  let run = 0;
  const looks = fc.array(fc.integer({ min: 1, max: repositories.length * layersEach }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(looks, async (stops) => {
      run += 1;
      await using db = await volume.openDatabase(join(volume.root, 'lading', `run-${run}.db`));
      for (const stop of stops) {
        const abort = new AbortController();
        let left = stop;
        const blobs = watched(volume.blobs, () => {
          left -= 1;
          if (left === 0) abort.abort(new Error('stopped'));
        });
        await adoptTree({ ...volume, db, blobs, signal: abort.signal }).catch((error: unknown) => {
          assert.match(String(error), /stopped/);
        });
      }
      const { counts } = await adoptTree({ ...volume, db });
      assert.deepEqual(await readFacts(db), whole);
      assert.equal(counts.repositories, repositories.length);
      assert.equal(counts.problems, (repositories.length * layersEach) / 10);
    }),
    { numRuns: 3 },
  );
});

test('it goes on after the last repository that was complete', async () => {
  await using db = await volume.openDatabase(join(volume.root, 'lading', 'resumed.db'));
  const abort = new AbortController();
  const progressed = Promise.withResolvers<void>();
  const onProgress = () => {
    abort.abort(new Error('stopped'));
    progressed.resolve();
  };
  // Reading is often faster than the first commit: the end of the tree must not be reached before that.
  let begun = 0;
  const slow: BlobStore = {
    ...volume.blobs,
    async find(digest) {
      begun += 1;
      if (begun > repositories.length * layersEach * 0.95) await progressed.promise;
      return volume.blobs.find(digest);
    },
  };
  const stopped = adoptTree({ ...volume, db, blobs: slow, onProgress, signal: abort.signal });
  await assert.rejects(stopped, /stopped/);
  let looks = 0;
  const blobs = watched(volume.blobs, () => {
    looks += 1;
  });
  await adoptTree({ ...volume, db, blobs });
  assert.ok(looks < repositories.length * layersEach * 0.8, `${looks} blobs were looked at again`);
  assert.deepEqual(await readFacts(db), whole);
});
