import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ask, buildImage, pushImage } from '../../testing/index.ts';
import { startHub } from '../testing/start-hub.ts';

it('answers the search of the first protocol in its exact words', async () => {
  await using hub = await startHub();
  assert.equal((await ask(hub, 'GET /v1/_ping')).status, 200);
  for (const [seed, name] of ['acme/foo', 'acme/foobar', 'foo'].entries()) {
    await pushImage(hub, name, buildImage({ seed: seed + 1 }), 'v1');
  }
  await hub.api('PATCH /api/v1/repositories/foo', 'root', { is_official: true, description: 'Official one' });
  await hub.api('PUT /api/v1/repositories/acme/foobar/star', 'ann');
  await hub.runner.flush();
  const answer = await ask(hub, 'GET /v1/search?q=foo&n=2');
  assert.equal(answer.status, 200);
  assert.equal(answer.header('content-type'), 'application/json');
  assert.deepEqual(answer.json(), {
    query: 'foo',
    num_results: 3,
    num_pages: 2,
    page: 1,
    page_size: 2,
    results: [
      {
        name: 'foo',
        description: 'Official one',
        star_count: 0,
        is_official: true,
        is_automated: false,
        is_trusted: false,
      },
      {
        name: 'acme/foo',
        description: '',
        star_count: 0,
        is_official: false,
        is_automated: false,
        is_trusted: false,
      },
    ],
  });
  const second = (await ask(hub, 'GET /v1/search?q=foo&n=2&page=2')).json() as {
    results: { name: string }[];
  };
  assert.deepEqual(
    second.results.map(({ name }) => name),
    ['acme/foobar'],
  );
});

it('answers every term, and one that says nothing with nothing', async () => {
  await using hub = await startHub();
  await pushImage(hub, 'acme/web', buildImage({ seed: 1 }), 'v1');
  await hub.runner.flush();
  for (const [term, found] of [
    ['"web"', 1],
    ['we*', 1],
    ['-web', 1],
    ['^web', 1],
    ['web)', 1],
    ['WEB', 1],
    ['w\u0451b', 0],
    ['web AND NOT acme', 0],
    ['NEAR(web acme)', 0],
    ['"', 0],
    ["';--", 0],
    [':', 0],
    ['\u0000', 0],
    ['we\u0000b', 0],
    ['日本語', 0],
    ['a'.repeat(10_000), 0],
    [':'.repeat(10_000), 0],
    ['', 1],
  ] as const) {
    const answer = await ask(hub, `GET /v1/search?q=${encodeURIComponent(term)}`);
    assert.equal(answer.status, 200, term);
    const { query, num_results } = answer.json() as { query: string; num_results: number };
    assert.deepEqual([query, num_results], [term, found]);
  }
  for (const bytes of ['%', '%zz', '%ED%A0%80', '%C3%28']) {
    assert.equal((await ask(hub, `GET /v1/search?q=${bytes}`)).status, 200, bytes);
  }
});

it('takes every number for some number of results', async () => {
  await using hub = await startHub();
  for (const [n, size] of [
    ['0', 25],
    ['', 25],
    ['x', 25],
    ['-1', 25],
    ['1000', 100],
    ['1e9', 100],
    ['7', 7],
  ]) {
    const answer = await ask(hub, `GET /v1/search?q=&n=${n}&page=${n}`);
    assert.equal((answer.json() as { page_size: number }).page_size, size, `n=${n}`);
  }
});
