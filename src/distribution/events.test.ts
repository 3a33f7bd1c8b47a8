import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Actor } from '../http/index.ts';
import type { RegistryEvent } from '../jobs/index.ts';
import { ask, buildImage, pushImage, startTestServer, type TestServer } from '../testing/index.ts';

const alice: Actor = {
  kind: 'user',
  name: 'alice',
  accountId: 1,
  isAdministrator: false,
  credential: { kind: 'password', id: undefined, scope: undefined },
};
const guard = { admit: async () => ({ actor: alice, may: async () => true }) };

async function eventsOf(server: TestServer): Promise<RegistryEvent[]> {
  const rows = await server.db.reads.selectFrom('event').select('body').orderBy('id').execute();
  return rows.map(({ body }) => {
    const { origin, ...event } = JSON.parse(body);
    assert.equal(origin.actor.name, 'alice');
    assert.equal(origin.remoteAddress, '127.0.0.1');
    assert.match(origin.requestId, /\S/);
    return event;
  });
}

describe('what the registry says happened', () => {
  it('a push: the repository once, each manifest with its tags, size, who pushed and from where', async () => {
    await using server = await startTestServer({ store: 'memory', guard });
    const image = buildImage();
    await pushImage(server, 'acme/app', image, 'v1', 'v2');
    const at = server.clock.now();
    const common = { repository: 'acme/app', actor: 'alice', at };
    const pushed = {
      type: 'manifest.pushed',
      digest: image.manifest.digest,
      mediaType: image.manifest.mediaType,
      sizeBytes: image.manifest.content.byteLength,
      ...common,
    };
    assert.deepEqual(await eventsOf(server), [
      { type: 'repository.created', ...common },
      { ...pushed, tags: ['v1'] },
      { ...pushed, tags: ['v2'] },
    ]);
  });

  it('deletes: a tag alone, and a manifest with the tags that went with it', async () => {
    await using server = await startTestServer({ store: 'memory', guard });
    const image = buildImage();
    await pushImage(server, 'app', image, 'v1', 'v2');
    const before = (await eventsOf(server)).length;
    await ask(server, 'DELETE /v2/app/manifests/v1');
    await ask(server, `DELETE /v2/app/manifests/${image.manifest.digest}`);
    const common = { repository: 'app', actor: 'alice', at: server.clock.now() };
    assert.deepEqual((await eventsOf(server)).slice(before), [
      { type: 'tag.deleted', tag: 'v1', ...common },
      { type: 'manifest.deleted', digest: image.manifest.digest, tags: ['v2'], ...common },
    ]);
  });

  it('nothing about a push that is refused', async () => {
    await using server = await startTestServer({ store: 'memory', guard });
    const { manifest } = buildImage();
    const put = await ask(server, 'PUT /v2/app/manifests/v1', {
      headers: { 'Content-Type': manifest.mediaType },
      body: manifest.content,
    });
    assert.equal(put.status, 404);
    assert.deepEqual(await eventsOf(server), []);
  });
});
