import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AccountsServer, startAccountsServer } from '../../src/testing/index.ts';

let server: AccountsServer;
let ann: string;
before(async () => {
  server = await startAccountsServer();
  ann = await server.addUser('ann');
  await server.addUser('bob');
  await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'acme' } });
});
after(() => server[Symbol.asyncDispose]());

/** What a `PUT` may make as well as change: one body, then another. */
const things = [
  ['/api/v1/organisations/acme/members/bob', { role: 'reader' }, { role: 'writer' }],
  ['/api/v1/namespaces/acme/roles/puller', { actions: ['repository:pull'] }, { actions: [] }],
  ['/api/v1/categories/games', { title: 'Games' }, { title: 'Toys' }],
] as const;

for (const [path, one, other] of things) {
  test(`${path}: with If-Match only what was seen is changed, and nothing is made anew`, async () => {
    const who = path.includes('categories') ? server.root : ann;
    const put = async (body: object, ifMatch?: string) => {
      const headers = {
        Authorization: who,
        'Content-Type': 'application/json',
        ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
      };
      const { status, header } = await server.raw(`PUT ${path}`, { headers, body: JSON.stringify(body) });
      return { status, etag: header('etag') ?? '' };
    };
    for (const none of ['*', '"none"']) assert.equal((await put(one, none)).status, 412, none);
    const made = await put(one);
    assert.equal(made.status, 200);
    const changed = await put(other, made.etag);
    assert.equal(changed.status, 200);
    assert.notEqual(changed.etag, made.etag);
    assert.deepEqual(await put(one, made.etag), { status: 412, etag: changed.etag });
    assert.equal((await put(other, '*')).etag, changed.etag, 'nothing was changed');
    await server.must(`DELETE ${path}`, { as: who });
    assert.equal((await put(one, changed.etag)).status, 412);
    assert.equal((await server.api(`DELETE ${path}`, { as: who })).status, 404);
  });
}
