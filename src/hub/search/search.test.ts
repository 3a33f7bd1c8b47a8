import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildBlob,
  buildImage,
  buildIndex,
  buildManifest,
  descriptorOf,
  pushBlob,
  pushImage,
  putManifest,
} from '../../testing/index.ts';
import type { NamePattern, Readable, RepositoryAccess } from '../repository-access.ts';
import { startHub } from '../testing/start-hub.ts';
import { createSearchIndex } from './create-search-index.ts';
import { putDocuments } from './index-store.ts';

type Hub = Awaited<ReturnType<typeof startHub>>;

async function search(hub: Hub, query: string, who?: string) {
  const answer = await hub.api(`GET /api/v1/search?${query}`, who);
  assert.equal(answer.status, 200, answer.body.toString());
  const body = answer.json() as {
    items: { name: string }[];
    total: number;
    next?: string;
    facets: Record<string, { value: string; count: number }[]>;
  };
  return { ...body, names: body.items.map(({ name }) => name) };
}

/** An image for a platform with labels. */
function imageWith(seed: number, config: object) {
  const { blobs, manifest } = buildImage({ seed });
  const blob = buildBlob(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', ...config })));
  const value = JSON.parse(manifest.content.toString());
  value.config = descriptorOf(blob, 'application/vnd.oci.image.config.v1+json');
  return { blobs: [...blobs, blob], manifest: buildManifest(value) };
}

async function push(hub: Hub, ...names: string[]) {
  for (const [seed, name] of names.entries())
    await pushImage(hub, name, buildImage({ seed: seed + 1 }), 'v1');
  await hub.runner.flush();
}

const exactly = (text: string): NamePattern => ({ text, matches: (name) => name === text });
const below = (namespace: string): NamePattern => ({
  text: `${namespace}/**`,
  matches: (name) => name.startsWith(`${namespace}/`),
});

/** `pub/…` and official names are public; who may read what else is listed. */
function accessOf(readable: Record<string, Partial<Readable>>): RepositoryAccess {
  return {
    mode: 'accounts',
    findVisibility: async (name) => (/^pub\/|^[^/]+$/.test(name) ? 'public' : 'private'),
    findReadable: async (actor) => ({
      all: false,
      publicOnes: true,
      patterns: [],
      within: undefined,
      ...readable[actor?.name ?? ''],
    }),
  };
}

describe('search', () => {
  it('finds a repository by parts of its name, from the first push on', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/web-frontend', 'acme/database', 'tools/nginx');
    assert.deepEqual((await search(hub, 'q=frontend')).names, ['acme/web-frontend']);
    assert.deepEqual((await search(hub, 'q=front')).names, ['acme/web-frontend'], 'the beginning of a word');
    assert.deepEqual((await search(hub, 'q=tabas')).names, ['acme/database'], 'the inside of a word');
    assert.deepEqual((await search(hub, 'q=acme/database')).names, ['acme/database']);
    assert.deepEqual((await search(hub, 'q=acme+front')).names, ['acme/web-frontend']);
    assert.deepEqual((await search(hub, 'q=')).total, 3);
    assert.deepEqual((await search(hub, 'q=nothing-like-it')).names, []);
  });

  it('finds what was mistyped: a letter more, less, other, or two swapped', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/postgres');
    for (const typo of ['posgres', 'postgress', 'pastgres', 'potsgres', 'PostgrEs']) {
      assert.deepEqual((await search(hub, `q=${typo}`)).names, ['acme/postgres'], typo);
    }
    assert.deepEqual((await search(hub, 'q=mysql')).names, []);
  });

  it('offers no correction that nothing says any more', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/postgres', 'acme/queue');
    const words = async () => {
      const rows = await hub.db.reads.selectFrom('search_typo').select('word').distinct().execute();
      return rows.map(({ word }) => word).sort();
    };
    const describeAs = async (description: string) => {
      await hub.api('PATCH /api/v1/repositories/acme/queue', 'root', { description });
      await hub.runner.flush();
    };
    await describeAs('Like rabbits in postgres');
    assert.deepEqual(await words(), ['acme', 'like', 'postgres', 'queue', 'rabbits']);
    await describeAs('Rabbits');
    assert.deepEqual(await words(), ['acme', 'postgres', 'queue', 'rabbits'], 'another says it still');
    await describeAs('');
    await hub.db.transaction((trx) => putDocuments(trx, new Map([['acme/postgres', undefined]])));
    assert.deepEqual(await words(), ['acme', 'queue']);
    assert.equal((await hub.db.reads.selectFrom('search_typo').selectAll().execute()).length, 5 + 6);
  });

  it('takes any text for words, none for syntax', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/app');
    for (const text of [
      '"',
      '*',
      'app AND',
      'NEAR(a b)',
      'name:app',
      "'; DROP TABLE star; --",
      '(',
      '^a',
      '-',
      'é',
      '\u0000',
      'a'.repeat(200),
      '{name} : x',
      ':',
      '@',
    ]) {
      await search(hub, `q=${encodeURIComponent(text)}`);
    }
    assert.deepEqual((await search(hub, `q=${encodeURIComponent('"app"*')}`)).names, ['acme/app']);
    assert.deepEqual((await search(hub, 'q=visibilityx7075626c6963')).names, [], 'keys are no words');
  });

  it('finds by description, README and labels', async () => {
    await using hub = await startHub();
    await pushImage(hub, 'acme/a', imageWith(1, { config: { Labels: { maintainer: 'zoe' } } }), 'v1');
    await push(hub, 'acme/b');
    await hub.api('PATCH /api/v1/repositories/acme/b', 'root', {
      description: 'A queue',
      readme: '# Uses rabbits',
    });
    await hub.runner.flush();
    assert.deepEqual((await search(hub, 'q=zoe')).names, ['acme/a']);
    assert.deepEqual((await search(hub, 'q=queue')).names, ['acme/b']);
    assert.deepEqual((await search(hub, 'q=rabbit')).names, ['acme/b']);
  });

  it('puts the very name first, then official, starred and pulled ones', async () => {
    await using hub = await startHub();
    await push(hub, 'a/redis-tools', 'b/redis', 'c/my-redis', 'redis', 'd/redis-starred', 'e/x');
    await hub.api('PATCH /api/v1/repositories/redis', 'root', { is_official: true });
    for (const user of ['ann', 'bob', 'cid', 'dan'])
      await hub.api('PUT /api/v1/repositories/d/redis-starred/star', user);
    await hub.runner.flush();
    const { names } = await search(hub, 'q=redis');
    assert.deepEqual(names.slice(0, 2), ['redis', 'b/redis']);
    assert.deepEqual(names.slice(2), ['d/redis-starred', 'a/redis-tools', 'c/my-redis']);
    assert.equal((await search(hub, 'q=')).names[0], 'redis', 'official first, without words too');
  });

  it('puts what is named so before official ones that only speak of it', async () => {
    await using hub = await startHub();
    await push(hub, 'mysql/mysql-server', 'mariadb', 'postgres', 'dev/postgresql', 'dev/ngnix', 'nginx');
    for (const [name, description] of [
      ['mariadb', 'MariaDB Server, forked from MySQL'],
      ['postgres', 'The PostgreSQL database'],
      ['nginx', ''],
    ]) {
      await hub.api(`PATCH /api/v1/repositories/${name}`, 'root', { is_official: true, description });
    }
    await hub.runner.flush();
    const first = async (q: string) => (await search(hub, `q=${encodeURIComponent(q)}`)).names[0];
    assert.equal(await first('mysql-server'), 'mysql/mysql-server');
    assert.equal(await first('postgresql'), 'postgres');
    assert.equal(await first('ngnix'), 'nginx', 'rather a slip than what another slip made');
  });

  it('finds what is meant by a version, and by a whole reference', async () => {
    await using hub = await startHub();
    await push(hub, 'python', 'acme/nginx', 'nodepad');
    for (const [text, name] of [
      ['python3', 'python'],
      ['python:3.12-slim', 'python'],
      ['docker.io/library/python', 'python'],
      ['localhost:5000/acme/nginx:latest', 'acme/nginx'],
      ['acme/nginx@sha256:00', 'acme/nginx'],
    ] as const) {
      assert.deepEqual((await search(hub, `q=${encodeURIComponent(text)}`)).names, [name], text);
    }
  });

  it('corrects to the nearest words, however many there are', async () => {
    await using hub = await startHub();
    const others = Array.from({ length: 20 }, (_, index) => `a${String.fromCharCode(97 + index)}ostgres`);
    const documents = [...others, 'postgres'].map((word) => `acme/${word}`);
    await push(hub, ...documents);
    assert.ok((await search(hub, 'q=aostgres')).names.includes('acme/aaostgres'));
    assert.ok((await search(hub, 'q=postgrse')).names.includes('acme/postgres'));
  });

  it('shows only what may be read, and counts nothing else', async () => {
    const access = accessOf({
      ann: { patterns: [below('acme')] },
      bob: {
        patterns: [exactly('acme/two'), { text: 'x/*/y', matches: (name) => /^x\/[^/]+\/y$/.test(name) }],
      },
      token: { patterns: [below('acme')], within: [exactly('acme/alpha')] },
      limited: { all: true, within: [exactly('acme/two')] },
      root: { all: true },
      nobody: { publicOnes: false },
    });
    await using hub = await startHub({ access });
    await push(hub, 'acme/alpha', 'acme/two', 'pub/open', 'x/1/y', 'x/1/2/y', 'official');
    const seenBy = async (who?: string, query = 'q=') => {
      const found = await search(hub, query, who);
      const counted = found.facets.architecture?.[0]?.count ?? 0;
      assert.equal(counted, found.names.length, `${who} ${query}`);
      return found.names.sort();
    };
    assert.deepEqual(await seenBy(), ['official', 'pub/open']);
    assert.deepEqual(await seenBy('ann'), ['acme/alpha', 'acme/two', 'official', 'pub/open']);
    assert.deepEqual(await seenBy('bob'), ['acme/two', 'official', 'pub/open', 'x/1/y']);
    assert.deepEqual(
      await seenBy('token'),
      ['acme/alpha', 'official', 'pub/open'],
      'public ones may be pulled',
    );
    assert.deepEqual(await seenBy('limited'), ['acme/two', 'official', 'pub/open']);
    assert.deepEqual(await seenBy('nobody'), []);
    assert.equal((await seenBy('root')).length, 6);
    for (const query of [
      'q=acme',
      'q=alpha',
      'q=acme/alpha',
      'q=lph',
      'q=alhpa',
      'q=al',
      'architecture=amd64&q=alpha',
    ]) {
      assert.deepEqual((await search(hub, query)).names, [], `anybody, ${query}`);
      assert.ok((await search(hub, query, 'ann')).names.includes('acme/alpha'), `ann, ${query}`);
    }
  });

  it('does not show what was made private though the index has not heard of it', async () => {
    let visibility: 'public' | 'private' = 'public';
    const access = { ...accessOf({}), findVisibility: async () => visibility };
    await using hub = await startHub({ access });
    await push(hub, 'acme/app');
    assert.deepEqual((await search(hub, 'q=app')).names, ['acme/app']);
    visibility = 'private';
    assert.deepEqual((await search(hub, 'q=app')).names, []);
  });

  it('filters by facets and counts them', async () => {
    await using hub = await startHub();
    await pushImage(
      hub,
      'acme/arm',
      imageWith(1, { architecture: 'arm64', config: { Labels: { tier: 'web' } } }),
      'v1',
    );
    await pushImage(hub, 'acme/amd', imageWith(2, {}), 'v1');
    const [one, two] = [imageWith(3, {}), imageWith(4, { architecture: 's390x' })];
    for (const image of [one, two]) await pushImage(hub, 'acme/both', image);
    const children = [one, two].map(({ manifest }, index) => ({
      ...descriptorOf(manifest),
      platform: { os: 'linux', architecture: ['amd64', 's390x'][index] },
    }));
    await putManifest(hub, 'acme/both', buildIndex([], { manifests: children }), 'v1');
    await hub.api('PATCH /api/v1/repositories/acme/amd', 'root', { categories: ['security'] });
    await hub.runner.flush();
    const names = async (query: string) => (await search(hub, query)).names.sort();
    assert.deepEqual(await names('architecture=arm64'), ['acme/arm']);
    assert.deepEqual(await names('architecture=amd64&q=acme'), ['acme/amd', 'acme/both']);
    assert.deepEqual(await names('architecture=arm64&architecture=s390x'), ['acme/arm', 'acme/both']);
    assert.deepEqual(await names('label=tier%3Dweb'), ['acme/arm']);
    assert.deepEqual(await names('category=security&architecture=amd64'), ['acme/amd']);
    assert.deepEqual(await names('category=security&architecture=arm64'), []);
    assert.deepEqual(await names('official=true'), []);
    assert.deepEqual(await names('operating_system=linux&q=bot'), ['acme/both']);
    const { facets } = await search(hub, 'q=acme');
    assert.deepEqual(facets.architecture, [
      { value: 'amd64', count: 2 },
      { value: 'arm64', count: 1 },
      { value: 's390x', count: 1 },
    ]);
    assert.deepEqual(facets.category, [{ value: 'security', count: 1 }]);
  });

  it('keeps no platforms out of which somebody makes long answers for everybody', async () => {
    await using hub = await startHub();
    const child = imageWith(1, {});
    await pushImage(hub, 'acme/long', child);
    const manifests = Array.from({ length: 80 }, (_, index) => ({
      ...descriptorOf(child.manifest),
      platform: { os: index === 0 ? 'o'.repeat(201) : 'linux', architecture: `arch${index}` },
    }));
    await putManifest(hub, 'acme/long', buildIndex([], { manifests }), 'v1');
    await hub.runner.flush();
    const { facets } = await search(hub, 'q=long');
    assert.deepEqual(facets.operating_system, [{ value: 'linux', count: 1 }]);
    const rows = await hub.db.reads.selectFrom('search_facet').select('value').execute();
    assert.equal(rows.filter(({ value }) => value.startsWith('arch')).length, 50);
  });

  it('filters by when the newest tag moved', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/old');
    hub.clock.advance(100 * 86_400_000);
    const since = new Date(hub.clock.now()).toISOString();
    await push(hub, 'acme/new');
    assert.deepEqual((await search(hub, `q=acme&updated_since=${since}`)).names, ['acme/new']);
    assert.deepEqual((await search(hub, `updated_since=${since}`)).names, ['acme/new']);
    assert.equal((await search(hub, 'q=acme&updated_since=1999-01-01T00:00:00Z')).total, 2);
  });

  it('pages without gaps or repeats', async () => {
    await using hub = await startHub();
    const names = Array.from({ length: 7 }, (_, index) => `acme/app-${index}`);
    await push(hub, ...names);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await search(hub, `q=app&limit=3${cursor}`);
      seen.push(...page.names);
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    assert.deepEqual(seen, names);
  });

  it('forgets a repository that is empty again only of its tags, and follows deleted images', async () => {
    await using hub = await startHub();
    await pushImage(hub, 'acme/app', imageWith(1, { architecture: 'arm64' }), 'v1');
    await hub.runner.flush();
    await hub.api('DELETE /v2/acme/app/manifests/v1');
    await hub.runner.flush();
    assert.deepEqual((await search(hub, 'architecture=arm64')).names, []);
    assert.deepEqual((await search(hub, 'q=app')).names, ['acme/app']);
  });

  it('can be made anew, also after what FTS5 keeps was lost', async () => {
    await using hub = await startHub();
    await push(hub, 'acme/one', 'acme/two');
    await hub.hub.rebuildSearchIndex(new AbortController().signal);
    assert.equal((await search(hub, 'q=one')).total, 1);
    const index = createSearchIndex(hub.context);
    assert.equal(await index.isCurrent(), true);
    const { sql } = await import('kysely');
    await hub.db.transaction((trx) =>
      sql`INSERT INTO search_text (search_text) VALUES ('delete-all')`.execute(trx),
    );
    assert.equal(await index.isCurrent(), false);
    assert.equal(await index.rebuild(new AbortController().signal), 2);
    assert.deepEqual((await search(hub, 'q=two')).names, ['acme/two']);
    assert.equal(await index.isCurrent(), true);
    const other = createSearchIndex({ ...hub.context, access: { ...hub.context.access, mode: 'accounts' } });
    assert.equal(await other.isCurrent(), false, 'made for other rights');
  });

  it('shows a big blob as configuration nobody reads: such a push is found all the same', async () => {
    await using hub = await startHub();
    const image = buildImage({ seed: 9 });
    await pushBlob(hub, 'acme/odd', buildBlob(Buffer.from('not json')));
    const value = JSON.parse(image.manifest.content.toString());
    value.config = descriptorOf(
      buildBlob(Buffer.from('not json')),
      'application/vnd.oci.image.config.v1+json',
    );
    await pushImage(hub, 'acme/odd', { ...image, manifest: buildManifest(value) }, 'v1');
    await hub.runner.flush();
    assert.deepEqual((await search(hub, 'q=odd')).names, ['acme/odd']);
  });
});
