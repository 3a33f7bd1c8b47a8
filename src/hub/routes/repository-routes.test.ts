import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ask, buildImage, pushImage } from '../../testing/index.ts';
import type { RepositoryAccess } from '../repository-access.ts';
import { startHub } from '../testing/start-hub.ts';

type Hub = Awaited<ReturnType<typeof startHub>>;

const one = '/api/v1/repositories/acme/app';

async function pushed(options?: Parameters<typeof startHub>[0]): Promise<Hub> {
  const hub = await startHub(options);
  const annotations = {
    'org.opencontainers.image.description': 'What  the\nimage says',
    'org.opencontainers.image.source': 'https://e.example/app',
  };
  await pushImage(hub, 'acme/app', buildImage({ fields: { annotations } }), 'v1');
  await hub.runner.flush();
  return hub;
}

describe('a repository', () => {
  it('shows what its newest image says until somebody describes it', async () => {
    await using hub = await pushed();
    const before = (await hub.api(`GET ${one}`)).json() as Record<string, unknown>;
    assert.equal(before.description, 'What the image says');
    assert.equal(before.newest_tag, 'v1');
    assert.equal(before.push_count, 1);
    assert.deepEqual(before.platforms, [{ os: 'linux', architecture: 'amd64' }]);
    assert.equal(
      (before.labels as Record<string, string>)['org.opencontainers.image.source'],
      'https://e.example/app',
    );
    const changed = await hub.api(`PATCH ${one}`, 'ann', {
      description: ' Short ',
      readme: '# Hi\n\n<script>alert(1)</script>',
      categories: ['security', 'networking'],
    });
    assert.equal(changed.status, 200, changed.body.toString());
    const after = (await hub.api(`GET ${one}`)).json() as Record<string, unknown>;
    assert.equal(after.description, 'Short');
    assert.equal(after.readme, '# Hi\n\n<script>alert(1)</script>');
    assert.equal(String(after.readme_html).trim(), '<h1>Hi</h1>');
    assert.deepEqual(after.categories, ['networking', 'security']);
  });

  it('shows nothing of a configuration that the repository itself does not have', async () => {
    await using hub = await startHub();
    const image = buildImage();
    await pushImage(hub, 'acme/app', image, 'v1');
    await pushImage(hub, 'acme/other', image, 'v1');
    await ask(hub, `DELETE /v2/acme/app/blobs/${image.blobs[0]?.digest}`);
    await hub.runner.flush();
    const platformsOf = async (name: string) =>
      ((await hub.api(`GET /api/v1/repositories/${name}`)).json() as { platforms: unknown[] }).platforms;
    assert.deepEqual(await platformsOf('acme/app'), []);
    assert.equal((await platformsOf('acme/other')).length, 1);
  });

  it('changes only what a PATCH names, and writes it down', async () => {
    await using hub = await pushed();
    await hub.api(`PATCH ${one}`, 'ann', { description: 'one', readme: 'long' });
    await hub.api(`PATCH ${one}`, 'ann', { description: 'two' });
    const view = (await hub.api(`GET ${one}`)).json() as Record<string, unknown>;
    assert.equal(view.description, 'two');
    assert.equal(view.readme, 'long');
    const [, entry] = hub.audited;
    assert.equal(entry?.action, 'repository.update');
    assert.equal(entry?.origin.actor?.name, 'ann');
    assert.deepEqual(entry?.after, { description: 'two' });
    assert.deepEqual(entry?.resource, { type: 'repository', name: 'acme/app', namespace: 'acme' });
  });

  it('PATCH → 412 when it was changed since it was read', async () => {
    await using hub = await pushed();
    const etag = (await hub.api(`GET ${one}`)).header('etag') ?? '';
    const change = (description: string) =>
      hub.api(`PATCH ${one}`, 'ann', { description }, { 'If-Match': etag });
    assert.equal((await change('mine')).status, 200);
    assert.equal((await change('theirs')).status, 412);
    const read = await hub.api(`GET ${one}`);
    assert.equal((read.json() as { description: string }).description, 'mine');
    await hub.api(`PUT ${one}/star`, 'bob');
    assert.equal((await hub.api(`GET ${one}`)).header('etag'), read.header('etag'), 'a star is no change');
  });

  it('PATCH → 400 for what is too long, unknown or not a field', async () => {
    await using hub = await pushed();
    for (const body of [
      { description: 'x'.repeat(101) },
      { description: 'two\nlines' },
      { readme: 'x'.repeat(25_001) },
      { categories: ['no-such'] },
      { categories: ['a', 'b', 'c', 'd'] },
      { star_count: 5 },
      { name: 'other' },
    ]) {
      const { status } = await hub.api(`PATCH ${one}`, 'ann', body);
      assert.equal(status, 400, JSON.stringify(body).slice(0, 60));
    }
    assert.equal((await hub.api('PATCH /api/v1/repositories/no/such', 'ann', {})).status, 404);
  });

  it('is marked as official by administrators alone', async () => {
    await using hub = await pushed({ may: (_, action) => action !== 'administer' });
    assert.equal((await hub.api(`PATCH ${one}`, 'ann', { is_official: true })).status, 403);
    assert.equal((await hub.api(`PATCH ${one}`, 'root', { is_official: true })).status, 200);
    assert.equal(((await hub.api(`GET ${one}`)).json() as { is_official: boolean }).is_official, true);
  });

  it('is made empty, with its description, once', async () => {
    await using hub = await startHub();
    const body = { name: 'acme/new', description: 'To be', categories: ['security'] };
    const made = await hub.api('POST /api/v1/repositories', 'ann', body);
    assert.equal(made.status, 201, made.body.toString());
    assert.equal(made.header('location'), '/api/v1/repositories/acme/new');
    assert.equal((await hub.api('POST /api/v1/repositories', 'ann', body)).status, 409);
    assert.equal((await hub.api('POST /api/v1/repositories', 'ann', { name: 'Bad/Name' })).status, 400);
    const view = (await hub.api('GET /api/v1/repositories/acme/new')).json() as Record<string, unknown>;
    assert.equal(view.description, 'To be');
    const wrong = await hub.api('POST /api/v1/repositories', 'ann', { name: 'acme/x', categories: ['no'] });
    assert.equal(wrong.status, 400);
    assert.equal((await hub.api('GET /api/v1/repositories/acme/x')).status, 404, 'nothing is left of it');
  });

  it('is made in a namespace by whoever may create there, of one word by administrators', async () => {
    await using hub = await startHub({
      may: (actor, action, name) => action === 'create' && name === actor?.name,
    });
    const make = async (name: string, who: string) =>
      (await hub.api('POST /api/v1/repositories', who, { name })).status;
    assert.equal(await make('ann/app', 'ann'), 201);
    assert.equal(await make('bob/app', 'ann'), 403);
    assert.equal(await make('nginx', 'ann'), 403);
    assert.equal(await make('nginx', 'root'), 201);
  });

  it('is listed in its namespace to those who may read it, page by page', async () => {
    const access: RepositoryAccess = {
      mode: 'accounts',
      findVisibility: async (name) => (name.includes('open') ? 'public' : 'private'),
      findReadable: async (actor) => ({
        all: actor?.name === 'root',
        publicOnes: true,
        patterns: [],
        within: undefined,
      }),
    };
    await using hub = await startHub({ access });
    for (const name of ['acme/a', 'acme/open-1', 'acme/open-2', 'acme/z', 'acmex/open', 'acme-b/open']) {
      await hub.api('POST /api/v1/repositories', 'root', { name });
    }
    const list = async (who: string | undefined) => {
      const names: string[] = [];
      let cursor = '';
      do {
        const answer = await hub.api(`GET /api/v1/namespaces/acme/repositories?limit=1${cursor}`, who);
        const page = answer.json() as { items: { name: string }[]; next?: string };
        names.push(...page.items.map(({ name }) => name));
        cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
      } while (cursor !== '');
      return names;
    };
    assert.deepEqual(await list(undefined), ['acme/open-1', 'acme/open-2']);
    assert.deepEqual(await list('root'), ['acme/a', 'acme/open-1', 'acme/open-2', 'acme/z']);
    for (let number = 0; number < 600; number += 1) {
      await hub.api('POST /api/v1/repositories', 'root', {
        name: `acme/p-${String(number).padStart(3, '0')}`,
      });
    }
    const behind = await hub.api('GET /api/v1/namespaces/acme/repositories', undefined);
    const page = behind.json() as { items: unknown[]; next?: string };
    assert.deepEqual([page.items.length, page.next], [2, undefined], 'no next tells of what is invisible');
    const foreign = Buffer.from('"zzz/app"').toString('base64url');
    const answer = await hub.api(`GET /api/v1/namespaces/acme/repositories?cursor=${foreign}`);
    assert.equal(answer.status, 400);
  });
});

it('a line of a list says what the repository itself does, whether search knows it or not', async () => {
  await using hub = await pushed();
  await hub.api('POST /api/v1/repositories', 'root', { name: 'acme/empty', description: 'Soon' });
  await hub.api(`PUT ${one}/star`, 'ann');
  const assertAlike = async (title: string) => {
    const list = await hub.api('GET /api/v1/namespaces/acme/repositories', 'ann');
    const { items } = list.json() as { items: Record<string, unknown>[] };
    assert.equal(items.length, 2, title);
    for (const line of items) {
      const view = await hub.api(`GET /api/v1/repositories/${line.name}`, 'ann');
      const known = view.json() as Record<string, unknown>;
      assert.deepEqual(
        line,
        Object.fromEntries(Object.keys(line).map((key) => [key, known[key]])),
        `${title}: ${line.name}`,
      );
    }
  };
  await hub.runner.flush();
  await assertAlike('found');
  await hub.api(`PATCH ${one}`, 'root', { description: 'Changed', is_official: true });
  await hub.api(`PUT ${one}/star`, 'bob');
  await assertAlike('changed, and search has not heard of it');
  await hub.db.transaction((trx) => trx.deleteFrom('search_entry').execute());
  await assertAlike('made anew');
});

describe('categories', () => {
  it('are there from the start, and administrators change them', async () => {
    await using hub = await pushed();
    const slugs = async () =>
      ((await hub.api('GET /api/v1/categories')).json() as { items: { slug: string }[] }).items.map(
        ({ slug }) => slug,
      );
    assert.ok((await slugs()).includes('web-servers'));
    assert.equal((await hub.api('PUT /api/v1/categories/games', 'root', { title: 'Games' })).status, 200);
    await hub.api(`PATCH ${one}`, 'ann', { categories: ['games'] });
    assert.equal((await hub.api('DELETE /api/v1/categories/games', 'root')).status, 204);
    assert.equal((await hub.api('DELETE /api/v1/categories/games', 'root')).status, 404);
    assert.ok(!(await slugs()).includes('games'));
    assert.deepEqual(((await hub.api(`GET ${one}`)).json() as { categories: string[] }).categories, []);
  });
});

describe('stars', () => {
  it('are one a user, seen in the count and in his own list', async () => {
    await using hub = await pushed();
    await pushImage(hub, 'acme/other', buildImage({ seed: 2 }), 'v1');
    for (const _ of ['once', 'again']) assert.equal((await hub.api(`PUT ${one}/star`, 'ann')).status, 204);
    await hub.api(`PUT ${one}/star`, 'bob');
    hub.clock.advance(1000);
    await hub.api('PUT /api/v1/repositories/acme/other/star', 'ann');
    const view = async (who?: string) =>
      (await hub.api(`GET ${one}`, who)).json() as { star_count: number; starred: boolean };
    assert.deepEqual([(await view('ann')).star_count, (await view('ann')).starred], [2, true]);
    assert.equal((await view('cid')).starred, false);
    const mine = async (query: string) =>
      (await hub.api(`GET /api/v1/stars?${query}`, 'ann')).json() as {
        items: { name: string }[];
        next?: string;
      };
    const first = await mine('limit=1');
    const second = await mine(`limit=1&cursor=${first.next}`);
    assert.deepEqual(
      [first, second].map(({ items }) => items[0]?.name),
      ['acme/other', 'acme/app'],
    );
    for (const _ of ['once', 'again']) await hub.api(`DELETE ${one}/star`, 'ann');
    assert.equal((await view()).star_count, 1);
  });

  it('need a user and a repository', async () => {
    await using hub = await pushed();
    assert.equal((await hub.api(`PUT ${one}/star`)).status, 401);
    assert.equal((await hub.api('PUT /api/v1/repositories/no/such/star', 'ann')).status, 404);
    assert.equal((await hub.api('GET /api/v1/stars')).status, 401);
  });
});
