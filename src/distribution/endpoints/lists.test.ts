import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Answer,
  ask,
  assertRefused,
  buildImage,
  pushBlob,
  pushImage,
  putManifest,
  sharedServer,
  startTestServer,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
const image = buildImage();

const tagsOf = (answer: Answer) => (answer.json() as { tags: string[] }).tags;
const namesOf = (answer: Answer) => (answer.json() as { repositories: string[] }).repositories;

/** The target of the one `Link`, checked in the form that clients read. */
function nextOf(answer: Answer): string | undefined {
  const link = answer.header('link');
  if (link === undefined) return undefined;
  assert.equal(answer.count('link'), 1);
  const target = /^<(\/[^>]*)>; rel="next"$/.exec(link)?.[1];
  assert.ok(target, link);
  return target;
}

async function readAll(on: { port: number }, first: string): Promise<{ pages: number; answers: Answer[] }> {
  const answers: Answer[] = [];
  for (let target: string | undefined = first; target !== undefined; ) {
    const answer = await ask(on, `GET ${target}`);
    assert.equal(answer.status, 200);
    answers.push(answer);
    target = nextOf(answer);
    assert.ok(answers.length < 100, 'the pages do not end');
  }
  return { pages: answers.length, answers };
}

const odd = ['1.0', '10', '2', 'A', 'Z', '_x', 'a', 'a-1', 'a.1', 'b'];

async function pushTags(repository: string, tags: readonly string[]): Promise<void> {
  await pushImage(server, repository, image);
  for (let from = 0; from < tags.length; from += 500) {
    const query = tags
      .slice(from, from + 500)
      .map((tag) => `tag=${tag}`)
      .join('&');
    assert.equal(
      (await putManifest(server, repository, image.manifest, `${image.manifest.digest}?${query}`)).status,
      201,
    );
  }
}

test('tags come in ASCII order, all of them without n', async () => {
  await pushTags('order', odd.toReversed());
  const answer = await ask(server, 'GET /v2/order/tags/list');
  assert.equal(answer.status, 200);
  assert.equal(answer.header('content-type'), 'application/json');
  assert.deepEqual(answer.json(), { name: 'order', tags: odd });
  assert.equal(answer.header('link'), undefined);
});

for (const [query, tags, hasNext] of [
  ['n=3', ['1.0', '10', '2'], true],
  ['n=10', odd, false],
  ['n=11', odd, false],
  ['n=1000', odd, false],
  ['n=99999999999999999999', odd, false],
  ['n=0', [], false],
  ['n=', odd, false],
  ['last=a', ['a-1', 'a.1', 'b'], false],
  ['last=aa', ['b'], false],
  ['last=2&n=2', ['A', 'Z'], true],
  ['n=2&last=zzz', [], false],
  ['last=%00', odd, false],
  ['last=%F0%9F%98%80', [], false],
  ['last=', odd, false],
  ['n=1&last=a.1', ['b'], false],
] as const) {
  test(`tags/list?${query} → ${tags.length} tags${hasNext ? ' and a Link' : ''}`, async () => {
    await pushTags('query', odd);
    const answer = await ask(server, `GET /v2/query/tags/list?${query}`);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json(), { name: 'query', tags });
    assert.equal(nextOf(answer) !== undefined, hasNext);
  });
}

for (const n of ['-1', 'x', '1.5', '0x10', '%201']) {
  test(`n=${n} → 400 PAGINATION_NUMBER_INVALID for tags and repositories`, async () => {
    await pushTags('numbers', ['a']);
    assertRefused(await ask(server, `GET /v2/numbers/tags/list?n=${n}`), 400, 'PAGINATION_NUMBER_INVALID');
    assertRefused(await ask(server, `GET /v2/_catalog?n=${n}`), 400, 'PAGINATION_NUMBER_INVALID');
  });
}

test('following Link gives each tag once, while tags around the page end come and go', async () => {
  await pushTags('paging', odd);
  const { pages, answers } = await readAll(server, '/v2/paging/tags/list?n=3');
  assert.equal(pages, 4);
  assert.deepEqual(answers.flatMap(tagsOf), odd);
  const first = await ask(server, 'GET /v2/paging/tags/list?n=3');
  await ask(server, 'DELETE /v2/paging/manifests/2');
  const second = await ask(server, `GET ${nextOf(first)}`);
  assert.deepEqual(tagsOf(second), ['A', 'Z', '_x']);
});

test('2,500 tags without n → all in one answer, none lost between what is read at a time', async () => {
  const tags = Array.from({ length: 2500 }, (_, index) => `t${String(index).padStart(5, '0')}`);
  await pushTags('many', tags);
  const answer = await ask(server, 'GET /v2/many/tags/list');
  assert.deepEqual(answer.json(), { name: 'many', tags });
  assert.equal(answer.header('link'), undefined);
  assert.deepEqual(tagsOf(await ask(server, 'GET /v2/many/tags/list?last=t00998')), tags.slice(999));
  const head = await ask(server, 'HEAD /v2/many/tags/list');
  assert.equal(head.status, 200);
  assert.deepEqual(
    (await readAll(server, '/v2/many/tags/list?n=1000')).answers.map((page) => tagsOf(page).length),
    [1000, 1000, 500],
  );
});

for (const count of [1000, 2000]) {
  test(`exactly ${count} tags without n → all, and JSON`, async () => {
    const tags = Array.from({ length: count }, (_, index) => `t${String(index).padStart(5, '0')}`);
    await pushTags(`exact${count}`, tags);
    assert.deepEqual(tagsOf(await ask(server, `GET /v2/exact${count}/tags/list`)), tags);
  });
}

test('a repository that never had a manifest → 404 NAME_UNKNOWN; one that lost all → an empty list', async () => {
  await pushBlob(server, 'only/blobs', image.blobs[0] ?? assert.fail());
  assertRefused(await ask(server, 'GET /v2/only/blobs/tags/list'), 404, 'NAME_UNKNOWN');
  assertRefused(await ask(server, 'GET /v2/never/tags/list'), 404, 'NAME_UNKNOWN');
  await pushTags('lost', ['a']);
  await ask(server, `DELETE /v2/lost/manifests/${image.manifest.digest}`);
  for (const query of ['', '?n=5']) {
    assert.deepEqual((await ask(server, `GET /v2/lost/tags/list${query}`)).json(), {
      name: 'lost',
      tags: [],
    });
  }
});

test('where a most is configured, it is the page without n and for more than it', async () => {
  await using small = await startTestServer({ store: 'memory', tagsMaxTags: 2 });
  await pushImage(small, 'a', image, 't1', 't2', 't3');
  for (const query of ['', '?n=100']) {
    const { answers } = await readAll(small, `/v2/a/tags/list${query}`);
    assert.deepEqual(answers.map(tagsOf), [['t1', 't2'], ['t3']]);
  }
});

test('catalog: in ASCII order, page by page, without repositories of nothing but blobs', async () => {
  await using other = await startTestServer({ store: 'memory', catalogMaxEntries: 50 });
  const empty = await ask(other, 'GET /v2/_catalog');
  assert.deepEqual(empty.json(), { repositories: [] });
  const names = ['a', 'a/b', 'a-b', 'b', 'z0', 'a.b'].toSorted();
  for (const name of names) await pushImage(other, name, image, 'v1');
  await pushBlob(other, 'blobs', image.blobs[0] ?? assert.fail());
  const whole = await ask(other, 'GET /v2/_catalog');
  assert.equal(whole.header('content-type'), 'application/json');
  assert.deepEqual(whole.json(), { repositories: names });
  assert.equal(whole.header('link'), undefined);
  assert.deepEqual((await ask(other, 'GET /v2/_catalog?n=0')).json(), { repositories: [] });
  assert.deepEqual(namesOf(await ask(other, 'GET /v2/_catalog?last=a-c')), ['a.b', 'a/b', 'b', 'z0']);
  const { pages, answers } = await readAll(other, '/v2/_catalog?n=4');
  assert.equal(pages, 2);
  assert.deepEqual(answers.flatMap(namesOf), names);
  assert.deepEqual(namesOf(await ask(other, 'GET /v2/_catalog?n=1000')), names);
});

test('catalog: 100 without n, never more than the most, and a Link to the rest', async () => {
  await using other = await startTestServer({ store: 'memory', catalogMaxEntries: 120 });
  await other.db.transaction(async (trx) => {
    for (let index = 0; index < 150; index++) {
      const name = `r${String(index).padStart(3, '0')}` as never;
      await trx.insertInto('repository').values({ name, listed: 1, created_at: 0 }).execute();
    }
  });
  assert.deepEqual(
    (await readAll(other, '/v2/_catalog')).answers.map((page) => namesOf(page).length),
    [100, 50],
  );
  assert.deepEqual(
    (await readAll(other, '/v2/_catalog?n=1000')).answers.map((page) => namesOf(page).length),
    [120, 30],
  );
});

test('a Link stays a path below the prefix, also with an external URL', async () => {
  const answer = { prefix: '/reg/', externalUrl: 'https://hub.example' };
  await using other = await startTestServer({ store: 'memory', answer });
  await other.db.transaction(async (trx) => {
    for (const name of ['a', 'b']) {
      await trx
        .insertInto('repository')
        .values({ name: name as never, listed: 1, created_at: 0 })
        .execute();
    }
  });
  const page = await ask(other, 'GET /reg/v2/_catalog?n=1');
  assert.equal(nextOf(page), '/reg/v2/_catalog?last=a&n=1');
  assert.deepEqual(namesOf(await ask(other, `GET ${nextOf(page)}`)), ['b']);
});
