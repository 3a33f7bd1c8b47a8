import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AccountsServer, buildImage, startAccountsServer, withDigest } from '../../src/testing/index.ts';
import { pushAs, tryPush } from './harness/push-as.ts';

let server: AccountsServer;
let ann: string;
let bob: string;
const image = buildImage();
before(async () => {
  server = await startAccountsServer();
  [ann, bob] = [await server.addUser('ann'), await server.addUser('bob')];
});
after(() => server[Symbol.asyncDispose]());

const makeOrganisation = (name: string) =>
  server.must('POST /api/v1/organisations', { as: ann, body: { name } });

test('of many who take a name at once one has it', async () => {
  const attempts = Array.from({ length: 10 }, (_, index) =>
    server.api('POST /api/v1/organisations', { as: index % 2 ? ann : bob, body: { name: 'contested' } }),
  );
  const statuses = (await Promise.all(attempts)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [201, ...Array<number>(9).fill(409)]);
  const made = Array.from({ length: 10 }, () =>
    server.api('POST /api/v1/repositories', { as: ann, body: { name: 'ann/contested' } }),
  );
  const repositories = (await Promise.all(made)).map(({ status }) => status).sort();
  assert.deepEqual(repositories, [201, ...Array<number>(9).fill(409)]);
});

test('a right that is taken back in the middle of a push ends it at the next request', async () => {
  await makeOrganisation('halfway');
  await server.must('PUT /api/v1/organisations/halfway/members/bob', { as: ann, body: { role: 'writer' } });
  const headers = { Authorization: bob };
  const started = await server.raw('POST /v2/halfway/app/blobs/uploads/', { headers });
  assert.equal(started.status, 202);
  await server.must('DELETE /api/v1/organisations/halfway/members/bob', { as: ann });
  const [blob] = image.blobs;
  assert.ok(blob);
  const line = `PUT ${withDigest(started.header('location') ?? '', blob.digest)}`;
  assert.equal((await server.raw(line, { headers, body: blob.bytes })).status, 401);
});

test('an organisation that goes while somebody pushes leaves no repository that is nobody’s', async () => {
  for (let round = 0; round < 5; round += 1) {
    const name = `fleeting${round}`;
    await makeOrganisation(name);
    const [pushed, deleted] = await Promise.all([
      tryPush(server, ann, { repository: `${name}/app`, image }),
      server.api(`DELETE /api/v1/organisations/${name}`, { as: ann }),
    ]);
    const there = await server.api(`GET /v2/${name}/app/manifests/latest`, { as: server.root });
    if (deleted.status === 204) {
      assert.ok([401, 403].includes(pushed), String(pushed));
      assert.equal(there.status, 404);
      // Nothing is in the way of the next one of that name.
      await makeOrganisation(name);
    } else {
      assert.equal(deleted.status, 409);
      assert.equal(pushed, 201);
    }
  }
});

test('a public repository is there for anybody right after the push that makes it, asked for before or not', async () => {
  const settings = { as: ann, body: { default_visibility: 'public' } };
  await server.must('PATCH /api/v1/namespaces/ann/settings', settings);
  for (const repository of ['ann/open0', 'ann/open1', 'ann/open2']) {
    const pull = async () => {
      const answer = await server.raw(`GET /token?service=lading&scope=repository:${repository}:pull`);
      const { token } = JSON.parse(answer.body.toString());
      const headers = { Authorization: `Bearer ${token}` };
      return (await server.raw(`GET /v2/${repository}/manifests/latest`, { headers })).status;
    };
    assert.equal(await pull(), 401);
    await pushAs(server, ann, { repository, image });
    assert.equal(await pull(), 200, repository);
  }
  const asBefore = { as: ann, body: { default_visibility: 'private' } };
  await server.must('PATCH /api/v1/namespaces/ann/settings', asBefore);
});

test('the very next pull after a move finds the repository by both names', async () => {
  await pushAs(server, ann, { repository: 'ann/step0', image });
  for (let step = 0; step < 10; step += 1) {
    const [from, to] = [`ann/step${step}`, `ann/step${step + 1}`];
    await server.must(`POST /api/v1/repositories/${from}/move`, { as: ann, body: { to } });
    for (const name of [from, to]) {
      assert.equal((await server.api(`GET /v2/${name}/manifests/latest`, { as: ann })).status, 200, name);
    }
  }
});

test('what is written of a repository goes with it at once, and not with one that is made anew at its name', async () => {
  const describe = (name: string, description: string) =>
    server.must(`PATCH /api/v1/repositories/${name}`, { as: ann, body: { description } });
  const said = async (name: string) =>
    (await server.must(`GET /api/v1/repositories/${name}`, { as: ann })).description;
  for (let round = 0; round < 5; round += 1) {
    const [name, moved] = [`ann/here${round}`, `ann/there${round}`];
    await pushAs(server, ann, { repository: name, image });
    await describe(name, 'first');
    await server.must(`POST /api/v1/repositories/${name}/move`, { as: ann, body: { to: moved } });
    assert.equal(await said(moved), 'first');
    await pushAs(server, ann, { repository: name, image });
    await describe(name, 'second');
    await server.api(`DELETE /api/v1/repositories/${moved}`, { as: ann });
    await pushAs(server, ann, { repository: moved, image });
    assert.equal(await said(moved), '');
    await describe(moved, 'third');
  }
  // Whatever followed the events by now.
  for (let round = 0; round < 5; round += 1) {
    const both = [await said(`ann/here${round}`), await said(`ann/there${round}`)];
    assert.deepEqual(both, ['second', 'third']);
  }
});

test('a repository that moves while it is pulled and pushed is whole at one name, and read by both', async () => {
  await pushAs(server, ann, { repository: 'ann/moves', image });
  const pulls = Array.from({ length: 10 }, () =>
    server.api('GET /v2/ann/moves/manifests/latest', { as: ann }),
  );
  const [moved, ...answers] = await Promise.all([
    server.api('POST /api/v1/repositories/ann/moves/move', { as: ann, body: { to: 'ann/moved' } }),
    ...pulls,
  ]);
  assert.equal(moved?.status, 200);
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  for (const name of ['ann/moves', 'ann/moved']) {
    assert.equal((await server.api(`GET /v2/${name}/manifests/latest`, { as: ann })).status, 200);
    assert.equal((await server.api(`GET /v2/${name}/manifests/latest`, { as: bob })).status, 401);
  }
});
