import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRepositoryName } from '../../oci/index.ts';
import { ask, buildImage, buildIndex, buildReferrer, pushImage, putManifest } from '../../testing/index.ts';
import { startHub } from '../testing/start-hub.ts';
import { listTagActivity } from './activity-store.ts';

type Hub = Awaited<ReturnType<typeof startHub>>;

async function counts(hub: Hub) {
  await hub.usage.flush();
  await hub.runner.flush();
  const view = (await hub.api('GET /api/v1/repositories/acme/app')).json() as Record<string, unknown>;
  return { pulls: view.pull_count, pushes: view.push_count };
}

describe('counts', () => {
  it('a pull is a GET of a manifest, not a HEAD, and is known of its tag', async () => {
    await using hub = await startHub();
    await pushImage(hub, 'acme/app', buildImage(), 'v1', 'v2');
    await ask(hub, 'GET /v2/acme/app/manifests/v1');
    await ask(hub, 'GET /v2/acme/app/manifests/v1');
    await ask(hub, 'HEAD /v2/acme/app/manifests/v1');
    await ask(hub, 'GET /v2/acme/app/manifests/none');
    assert.deepEqual(await counts(hub), { pulls: 2, pushes: 2 });
    const activity = await listTagActivity(hub.db.reads, parseRepositoryName('acme/app'), ['v1', 'v2']);
    assert.deepEqual(
      activity.map(({ tag, pulls, lastPulledAt }) => [tag, pulls, lastPulledAt]),
      [
        ['v1', 2, hub.clock.now()],
        ['v2', 0, null],
      ],
    );
  });

  it('the pull of an index and of one of its images is one pull, and a look at a signature is none', async () => {
    await using hub = await startHub();
    const image = buildImage();
    await pushImage(hub, 'acme/app', image);
    const index = buildIndex([image.manifest]);
    await putManifest(hub, 'acme/app', index, 'v1');
    const signature = buildReferrer(index);
    await pushImage(hub, 'acme/app', signature);
    for (const digest of [index.digest, image.manifest.digest, signature.manifest.digest]) {
      assert.equal((await ask(hub, `GET /v2/acme/app/manifests/${digest}`)).status, 200);
    }
    assert.deepEqual(await counts(hub), { pulls: 1, pushes: 1 });
  });

  it('a pull of an image by its digest is a pull', async () => {
    await using hub = await startHub();
    const image = buildImage();
    await pushImage(hub, 'acme/app', image);
    await ask(hub, `GET /v2/acme/app/manifests/${image.manifest.digest}`);
    assert.deepEqual(await counts(hub), { pulls: 1, pushes: 0 });
  });

  it('a tag that was deleted begins anew', async () => {
    await using hub = await startHub();
    const image = buildImage();
    await pushImage(hub, 'acme/app', image, 'v1');
    await ask(hub, 'GET /v2/acme/app/manifests/v1');
    await counts(hub);
    await ask(hub, 'DELETE /v2/acme/app/manifests/v1');
    await pushImage(hub, 'acme/app', image, 'v1');
    assert.deepEqual(await counts(hub), { pulls: 1, pushes: 2 });
    const [tag] = await listTagActivity(hub.db.reads, parseRepositoryName('acme/app'), ['v1']);
    assert.equal(tag?.pulls, 0);
  });

  it('are counted again when they could not be written', async () => {
    await using hub = await startHub();
    await pushImage(hub, 'acme/app', buildImage(), 'v1');
    const { sql } = await import('kysely');
    await hub.db.transaction((trx) =>
      sql`CREATE TRIGGER refuse BEFORE INSERT ON repository_activity BEGIN SELECT RAISE(ABORT, 'no'); END`.execute(
        trx,
      ),
    );
    await ask(hub, 'GET /v2/acme/app/manifests/v1');
    await assert.rejects(hub.usage.flush());
    await ask(hub, 'GET /v2/acme/app/manifests/v1');
    await hub.db.transaction((trx) => sql`DROP TRIGGER refuse`.execute(trx));
    assert.equal((await counts(hub)).pulls, 2);
  });

  it('follow a repository that is renamed, and go with one that is deleted', async () => {
    await using hub = await startHub();
    await pushImage(hub, 'acme/app', buildImage(), 'v1');
    await hub.runner.flush();
    const { appendEvent } = await import('../../jobs/index.ts');
    const happened = { actor: null, at: 1 };
    await hub.db.transaction((trx) =>
      appendEvent(trx, { type: 'repository.renamed', from: 'acme/app', repository: 'acme/new', ...happened }),
    );
    await hub.runner.flush();
    const counted = async (table: 'repository_activity' | 'tag_activity') =>
      (await hub.db.reads.selectFrom(table).select('repository').execute()).map(
        ({ repository }) => repository,
      );
    const both = async () => [await counted('repository_activity'), await counted('tag_activity')];
    assert.deepEqual(await both(), [['acme/new'], ['acme/new']]);
    await hub.db.transaction((trx) =>
      appendEvent(trx, { type: 'repository.deleted', repository: 'acme/new', ...happened }),
    );
    await hub.runner.flush();
    assert.deepEqual(await both(), [[], []]);
  });
});
