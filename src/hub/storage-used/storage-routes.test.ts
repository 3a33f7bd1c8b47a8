import assert from 'node:assert/strict';
import { it } from 'node:test';
import { buildImage, pushImage } from '../../testing/index.ts';
import { startHub } from '../testing/start-hub.ts';
import { createStorageScan } from './create-storage-scan.ts';

type Json = Record<string, number | string>;

const size = (seed: number) => buildImage({ seed }).blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** acme/a and acme/b share image 1 with beta/x; acme/a has image 2 alone, acme/b and acme/a share image 3. */
async function filled(may?: (actor: unknown, action: string) => boolean) {
  const hub = await startHub(may ? { may } : {});
  for (const [name, seed] of [
    ['acme/a', 1],
    ['acme/b', 1],
    ['beta/x', 1],
    ['acme/a', 2],
    ['acme/a', 3],
    ['acme/b', 3],
    ['official', 4],
  ] as const) {
    await pushImage(hub, name, buildImage({ seed }), `v${seed}`);
  }
  return hub;
}

it('counts what a repository has alone and what others have, too', async () => {
  await using hub = await filled();
  const used = (await hub.api('GET /api/v1/repositories/acme/a/storage', 'root')).json() as Json;
  assert.deepEqual(used, {
    repository: 'acme/a',
    logical_bytes: size(1) + size(2) + size(3),
    own_bytes: size(2),
    shared_bytes: size(1) + size(3),
    blob_count: 6,
    compared_with: 'registry',
  });
});

it('counts each blob of a namespace once, and of the registry', async () => {
  await using hub = await filled();
  const acme = (await hub.api('GET /api/v1/namespaces/acme/storage', 'root')).json() as Json;
  assert.equal(acme.logical_bytes, 2 * size(1) + size(2) + 2 * size(3));
  assert.equal(acme.own_bytes, size(2) + size(3));
  assert.equal(acme.shared_bytes, size(1));
  assert.deepEqual([acme.blob_count, acme.repository_count], [6, 2]);
  const all = (await hub.api('GET /api/v1/storage', 'root')).json() as Json;
  assert.equal(all.logical_bytes, 3 * size(1) + size(2) + 2 * size(3) + size(4));
  assert.equal(all.stored_bytes, size(1) + size(2) + size(3) + size(4));
  assert.equal(all.shared_bytes, size(1) + size(3));
  assert.deepEqual([all.blob_count, all.repository_count], [8, 4]);
  const none = (await hub.api('GET /api/v1/namespaces/nobody/storage', 'root')).json() as Json;
  assert.equal(none.logical_bytes, 0);
});

it('does not tell those who do not run the registry what others have', async () => {
  await using hub = await filled((_, action) => action !== 'administer');
  const used = async (path: string) => (await hub.api(`GET /api/v1/${path}/storage`, 'ann')).json() as Json;
  const x = await used('repositories/beta/x');
  assert.deepEqual([x.own_bytes, x.shared_bytes, x.compared_with], [size(1), 0, 'namespace']);
  const a = await used('repositories/acme/a');
  assert.deepEqual([a.own_bytes, a.shared_bytes], [size(2), size(1) + size(3)]);
  const acme = await used('namespaces/acme');
  assert.deepEqual([acme.own_bytes, acme.shared_bytes], [size(1) + size(2) + size(3), 0]);
});

it('answers as of before while a large registry is measured anew', async () => {
  await using hub = await filled();
  const { distribution } = hub.context;
  // Each look at the clock takes a second: a large registry.
  const clock = {
    now() {
      hub.clock.advance(1000);
      return hub.clock.now();
    },
  };
  const scan = createStorageScan({ distribution: { ...distribution, clock } });
  const first = await scan.measure();
  assert.equal(await scan.measure(), first, 'soon after, the same');
  await pushImage(hub, 'acme/new', buildImage({ seed: 9 }), 'v1');
  hub.clock.advance(60_000);
  assert.equal(await scan.measure(), first, 'measured anew in the background');
  await scan.close();
  const later = await scan.measure();
  assert.equal(later.namespaces.get('acme')?.repositories, 3);
  assert.ok(later.measuredAt > first.measuredAt);
});
