import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mediaTypes } from '../../oci/index.ts';
import {
  type BuiltImage,
  buildBlob,
  buildImage,
  buildIndex,
  buildManifest,
  buildReferrer,
  descriptorOf,
  pushImage,
  putManifest,
} from '../../testing/index.ts';
import { startHub } from '../testing/start-hub.ts';

type Json = Record<string, unknown>;
const one = '/api/v1/repositories/acme/app';
const configType = 'application/vnd.oci.image.config.v1+json';

/** An image with this text as its configuration, and layers of 1000 bytes. */
function imageWith(config: string | Uint8Array, layers = 1): BuiltImage {
  const { blobs, manifest } = buildImage({ layers });
  const own = buildBlob(Buffer.from(config));
  const fields = JSON.parse(manifest.content.toString());
  const content = buildManifest({ ...fields, config: descriptorOf(own, configType) });
  return { blobs: [own, ...blobs.slice(1)], manifest: content };
}

async function pushed(image: BuiltImage, ...tags: string[]) {
  const hub = await startHub();
  await pushImage(hub, 'acme/app', image, ...tags);
  return hub;
}

describe('tags in the API', () => {
  it('are listed without what is so long that reading it would hold others up; alone it is read', async () => {
    const { blobs, manifest } = buildImage();
    const fields = JSON.parse(manifest.content.toString());
    const long = buildManifest({ ...fields, annotations: { long: 'x'.repeat(300_000) } });
    await using hub = await pushed({ blobs, manifest: long }, 'v1');
    const { items } = (await hub.api(`GET ${one}/tags`, 'root')).json() as { items: Json[] };
    assert.deepEqual([items[0]?.digest, items[0]?.size_bytes], [long.digest, 0]);
    const alone = (await hub.api(`GET ${one}/manifests/v1`, 'root')).json() as Json;
    assert.notEqual(alone.content_bytes, 0);
    const repository = (await hub.api(`GET ${one}`, 'root')).json() as Json;
    assert.deepEqual([repository.newest_tag, repository.labels], ['v1', {}]);
  });

  it('say what they hold, who pushed them and when they were pulled', async () => {
    await using hub = await startHub();
    const [amd, arm] = [buildImage({ seed: 1 }), buildImage({ seed: 2, layers: 2 })];
    await pushImage(hub, 'acme/app', amd);
    await pushImage(hub, 'acme/app', arm);
    const attestation = buildReferrer(amd.manifest);
    await pushImage(hub, 'acme/app', attestation);
    const index = buildIndex([], {
      manifests: [
        { ...descriptorOf(amd.manifest), platform: { os: 'linux', architecture: 'amd64' } },
        { ...descriptorOf(arm.manifest), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
        {
          ...descriptorOf(attestation.manifest),
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': amd.manifest.digest,
          },
        },
        {
          ...descriptorOf(buildManifest({ not: 'there' })),
          platform: { os: 'windows', architecture: 'amd64', 'os.version': '10.0' },
        },
      ],
    });
    assert.equal((await putManifest(hub, 'acme/app', index, 'v1')).status, 201);
    await hub.api('GET /v2/acme/app/manifests/v1');
    await hub.usage.flush();
    await hub.runner.flush();
    const size = (image: BuiltImage) => image.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const tag = (await hub.api(`GET ${one}/tags/v1`)).json() as Json;
    assert.deepEqual(tag.platforms, [
      { os: 'linux', architecture: 'amd64', digest: amd.manifest.digest, size_bytes: size(amd) },
      { os: 'linux', architecture: 'arm', variant: 'v7', digest: arm.manifest.digest, size_bytes: size(arm) },
      {
        os: 'windows',
        architecture: 'amd64',
        os_version: '10.0',
        digest: buildManifest({ not: 'there' }).digest,
      },
    ]);
    assert.equal(tag.size_bytes, size(amd) + size(arm));
    assert.equal(tag.digest, index.digest);
    assert.equal(tag.media_type, mediaTypes.ociIndex);
    assert.equal(tag.pull_count, 1);
    assert.ok(tag.last_pulled_at && tag.pushed_at);
    const view = (await hub.api(`GET ${one}/manifests/v1`)).json() as Json;
    const children = view.manifests as Json[];
    assert.deepEqual(
      children.map(({ attestation_for }) => attestation_for),
      [undefined, undefined, amd.manifest.digest, undefined],
    );
    assert.equal(view.kind, 'index');
  });

  it('come by name and the newest first, page by page, and by their beginning', async () => {
    await using hub = await startHub();
    for (const tag of ['b', 'a', 'v1.2', 'v1.10', 'c']) {
      await pushImage(hub, 'acme/app', buildImage(), tag);
      hub.clock.advance(1000);
    }
    await putManifest(hub, 'acme/app', buildImage().manifest, 'same-time-1');
    await putManifest(hub, 'acme/app', buildImage().manifest, 'same-time-2');
    const list = async (query: string) => {
      const names: string[] = [];
      let cursor = '';
      do {
        const answer = await hub.api(`GET ${one}/tags?limit=2&${query}${cursor}`);
        assert.equal(answer.status, 200, answer.body.toString());
        const page = answer.json() as { items: { name: string }[]; next?: string };
        names.push(...page.items.map(({ name }) => name));
        cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
      } while (cursor !== '');
      return names.join(' ');
    };
    assert.equal(await list(''), 'a b c same-time-1 same-time-2 v1.10 v1.2');
    assert.equal(await list('sort=newest'), 'same-time-1 same-time-2 c v1.10 v1.2 a b');
    assert.equal(await list('prefix=v1.'), 'v1.10 v1.2');
    assert.equal(await list('prefix=zz'), '');
    assert.equal((await hub.api(`GET ${one}/tags?sort=size`)).status, 400);
    assert.equal((await hub.api(`GET ${one}/tags?cursor=bad`)).status, 400);
  });

  it('are deleted alone, a manifest with its tags, unless that is switched off', async () => {
    await using hub = await pushed(buildImage(), 'v1', 'v2', 'v3');
    const { digest } = buildImage().manifest;
    assert.equal((await hub.api(`DELETE ${one}/tags/v1`, 'ann')).status, 204);
    assert.equal((await hub.api(`DELETE ${one}/tags/v1`, 'ann')).status, 404);
    const view = (await hub.api(`GET ${one}/manifests/${digest}`)).json() as Json;
    assert.deepEqual(view.tags, ['v2', 'v3']);
    assert.equal((await hub.api(`DELETE ${one}/manifests/${digest}`, 'ann')).status, 204);
    assert.equal((await hub.api(`GET ${one}/tags/v2`)).status, 404);
    for (const switches of [{ deleteEnabled: false }, { readOnly: true }]) {
      await using kept = await startHub({ switches });
      await pushImage(kept, 'acme/app', buildImage(), 'v1');
      assert.equal((await kept.api(`DELETE ${one}/tags/v1`, 'ann')).status, 405);
      assert.equal((await kept.api(`DELETE ${one}/manifests/${digest}`, 'ann')).status, 405);
      assert.equal((await kept.api(`GET ${one}/tags/v1`)).status, 200);
    }
  });

  it('are 404 where there are none, 400 where the name is none', async () => {
    await using hub = await pushed(buildImage(), 'v1');
    for (const [path, status] of [
      [`${one}/tags/none`, 404],
      [`${one}/tags/bad%20tag`, 400],
      [`${one}/manifests/none`, 404],
      [`${one}/manifests/sha256:zz`, 400],
      ['/api/v1/repositories/no/such/tags', 404],
      ['/api/v1/repositories/no/such/manifests/v1', 404],
      ['/api/v1/repositories/no/such/storage', 404],
      [`/api/v1/repositories/no/such/referrers/${buildImage().manifest.digest}`, 404],
      ['/api/v1/repositories/Bad/tags', 400],
    ] as const) {
      assert.equal((await hub.api(`GET ${path}`)).status, status, path);
    }
  });
});

describe('a manifest in the API', () => {
  it('shows the configuration, and the command of each layer', async () => {
    const config = {
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      created: '2024-05-06T07:08:09.123456789+02:00',
      author: 'Ann',
      config: {
        Env: ['PATH=/bin'],
        Entrypoint: ['/app'],
        Cmd: ['-v'],
        User: '1000',
        WorkingDir: '/srv',
        ExposedPorts: { '80/tcp': {} },
        Volumes: { '/data': {} },
        Labels: { maintainer: 'ann' },
      },
      history: [
        { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' },
        { created_by: 'ENV PATH=/bin', empty_layer: true },
        { created_by: 'RUN /bin/sh -c make # buildkit', comment: 'buildkit.dockerfile.v0' },
      ],
    };
    const image = imageWith(JSON.stringify(config), 2);
    await using hub = await pushed(image, 'v1');
    await pushImage(hub, 'acme/app', buildReferrer(image.manifest));
    const answer = await hub.api(`GET ${one}/manifests/v1`);
    const view = answer.json() as Json;
    assert.deepEqual(view.image, {
      created_at: '2024-05-06T05:08:09.123Z',
      author: 'Ann',
      env: ['PATH=/bin'],
      entrypoint: ['/app'],
      cmd: ['-v'],
      user: '1000',
      workdir: '/srv',
      ports: ['80/tcp'],
      volumes: ['/data'],
    });
    assert.deepEqual(view.platform, { os: 'linux', architecture: 'arm64', variant: 'v8' });
    assert.deepEqual(view.labels, { maintainer: 'ann' });
    const layers = view.layers as Json[];
    assert.deepEqual(
      layers.map(({ command }) => command),
      ['ADD file:1 in /', 'RUN make'],
    );
    const history = view.history as Json[];
    assert.deepEqual(
      history.map(({ layer_digest, empty_layer }) => [layer_digest, empty_layer]),
      [
        [image.blobs[1]?.digest, false],
        [undefined, true],
        [image.blobs[2]?.digest, false],
      ],
    );
    assert.deepEqual(view.referrers, {
      artifact_types: [{ artifact_type: 'application/vnd.example.sbom', count: 1 }],
      has_more: false,
    });
    const { docker, skopeo } = view.pull_commands as Record<string, string>;
    assert.equal(docker, `docker pull 127.0.0.1:${hub.port}/acme/app:v1`);
    assert.match(String(skopeo), /--src-tls-verify=false docker:\/\/127.0.0.1:\d+\/acme\/app:v1 oci:app:v1$/);
    assert.equal(view.kind, 'image');
  });

  it('is shown without a configuration that is hostile', async () => {
    for (const [config, problem] of [
      ['{"os":"a","os":"b"}', 'unreadable'],
      ['['.repeat(1_000_000), 'unreadable'],
      ['not json', 'unreadable'],
      [Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), 'too-large'],
    ] as const) {
      const image = imageWith(config);
      await using hub = await pushed(image, 'v1');
      const answer = await hub.api(`GET ${one}/manifests/v1`);
      assert.equal(answer.status, 200, answer.body.toString().slice(0, 300));
      const view = answer.json() as Json;
      assert.equal(view.image_problem, problem);
      assert.equal((view.layers as Json[]).length, 1);
      assert.equal((await hub.api(`GET ${one}/tags/v1`)).status, 200);
    }
    const odd =
      '{"os":{"a":1},"created":"+275760-09-13T00:00:00Z","config":{"Labels":{"__proto__":"x","constructor":"c"}}}';
    await using hub = await pushed(imageWith(odd), 'v1');
    const view = (await hub.api(`GET ${one}/manifests/v1`)).json() as Json;
    assert.equal((view.labels as Json).constructor, 'c');
    assert.deepEqual(((await hub.api(`GET ${one}/tags/v1`)).json() as Json).platforms, []);
  });

  it('does not show a configuration that only another repository has', async () => {
    const image = imageWith('{"os":"linux","architecture":"secret"}');
    await using hub = await pushed(image, 'v1');
    assert.equal(((await hub.api(`GET ${one}/manifests/v1`)).json() as Json).image_problem, undefined);
    const config = image.blobs[0]?.digest;
    assert.equal((await hub.api(`DELETE /v2/acme/app/blobs/${config}`, 'ann')).status, 202);
    await pushImage(hub, 'other/app', image, 'v1');
    const view = (await hub.api(`GET ${one}/manifests/v1`)).json() as Json;
    assert.equal(view.image_problem, 'missing');
    assert.equal(view.platform, undefined);
  });

  it('lists what refers to it, page by page and by type', async () => {
    const image = buildImage();
    await using hub = await pushed(image, 'v1');
    for (const seed of [1, 2, 3]) {
      await pushImage(hub, 'acme/app', buildReferrer(image.manifest, { seed, annotations: { a: 'b' } }));
    }
    await pushImage(hub, 'acme/app', buildReferrer(image.manifest, { artifactType: 'application/x' }));
    const path = `${one}/referrers/${image.manifest.digest}`;
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await hub.api(`GET ${path}?limit=3${cursor}`)).json() as { items: Json[]; next?: string };
      seen.push(...page.items.map(({ digest }) => String(digest)));
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    assert.equal(new Set(seen).size, 4);
    const some = (await hub.api(`GET ${path}?artifact_type=application/x`)).json() as { items: Json[] };
    assert.equal(some.items.length, 1);
  });
});
