import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AccountsServer,
  type Answer,
  basicOf,
  buildImage,
  startAccountsServer,
} from '../../src/testing/index.ts';
import { pushAs } from './harness/push-as.ts';

let server: AccountsServer;
let ann: string;
let eve: string;
const image = buildImage();
before(async () => {
  server = await startAccountsServer();
  ann = await server.addUser('ann');
  eve = await server.addUser('eve');
  await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'acme' } });
  for (const repository of ['ann/hidden', 'acme/hidden']) await pushAs(server, ann, { repository, image });
});
after(() => server[Symbol.asyncDispose]());

/** What an answer tells, but for the name that was asked for and the number of the request. */
function tells(answer: Answer, ...names: string[]): string {
  const text = `${answer.status} ${answer.header('www-authenticate')} ${answer.body}`;
  return names
    .reduce((shown, name) => shown.replaceAll(name, 'NAME'), text)
    .replaceAll(/"(request_id|issued_at|token|access_token)":"[^"]*"/g, '');
}

test('a wrong password and a user who is not there are told the same, everywhere', async () => {
  const attempts: ((name: string) => Promise<Answer>)[] = [
    (name) => server.api('GET /v2/', { as: basicOf(name, 'wrong') }),
    (name) => server.api('GET /api/v1/me', { as: basicOf(name, 'wrong') }),
    (name) => server.api('GET /token?service=lading', { as: basicOf(name, 'wrong') }),
    (name) => server.api('GET /v1/search?q=x', { as: basicOf(name, 'wrong') }),
    (name) => server.api('POST /api/v1/session', { body: { name, password: 'wrong' } }),
    (name) =>
      server.raw('POST /token', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `grant_type=password&service=lading&client_id=c&username=${name}&password=wrong`,
      }),
  ];
  for (const attempt of attempts) {
    const answers = [];
    // An organisation and a robot have no password either.
    for (const name of ['ann', 'nemo', 'acme']) {
      answers.push(tells(await attempt(name), name));
      // Failures slow the next attempt down; all three alike, but this is not about that.
      server.clock.advance(3_600_000);
    }
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
  }
});

test('stars, grants, teams, tokens, sign-in links and explanations tell a stranger of nothing', async () => {
  const lines: ((there: boolean) => [string, object?])[] = [
    (there) => [`PUT /api/v1/repositories/${there ? 'acme/hidden' : 'acme/nothere'}/star`],
    (there) => [`PUT /api/v1/repositories/${there ? 'ann/hidden' : 'nemo/hidden'}/star`],
    (there) => [`GET /api/v1/namespaces/${there ? 'acme' : 'nemo'}/grants`],
    (there) => [`GET /api/v1/namespaces/${there ? 'acme' : 'nemo'}/repositories`],
    (there) => [`GET /api/v1/namespaces/${there ? 'ann' : 'nemo'}/settings`],
    (there) => [`GET /api/v1/organisations/${there ? 'acme' : 'nemo'}/members`],
    (there) => [`POST /api/v1/users/${there ? 'ann' : 'nemo'}/password-link`],
    (there) => [`GET /api/v1/users/${there ? 'ann' : 'nemo'}`],
    (there) => [`DELETE /api/v1/users/${there ? 'ann' : 'nemo'}`],
    (there) => [`GET /api/v1/audit?namespace=${there ? 'acme' : 'nemo'}`],
    (there) => [`GET /api/v1/search?q=${there ? 'hidden' : 'nothere'}`],
    (there) => [`GET /v1/search?q=${there ? 'hidden' : 'nothere'}`],
    (there) => ['POST /api/v1/repositories', { name: there ? 'acme/hidden' : 'acme/nothere' }],
    (there) => ['POST /api/v1/repositories', { name: there ? 'ann/hidden' : 'nemo/hidden' }],
    ...['pull', 'push', 'delete', 'settings', 'administer'].flatMap((action) => [
      (there: boolean): [string] => [
        `GET /api/v1/access/explain?action=${action}&resource=repository:${there ? 'acme/hidden' : 'acme/nothere'}`,
      ],
      (there: boolean): [string] => [
        `GET /api/v1/access/explain?action=${action}&resource=repository:${there ? 'acme/hidden' : 'nemo/nothere'}`,
      ],
    ]),
    (there) => [`GET /api/v1/access/explain?action=view&resource=namespace:${there ? 'acme' : 'nemo'}`],
    (there) => [`GET /api/v1/access/explain?action=manage&resource=account:${there ? 'ann' : 'nemo'}`],
    (there) => [
      `GET /api/v1/access/explain?actor=${there ? 'ann' : 'nemo'}&action=pull&resource=repository:acme/hidden`,
    ],
  ];
  for (const line of lines) {
    for (const as of [undefined, eve]) {
      const [there, missing] = await Promise.all(
        [true, false].map(async (exists) => {
          const [request, body] = line(exists);
          const answer = await server.api(request, { as, ...(body && { body }) });
          return tells(
            answer,
            'acme/hidden',
            'acme/nothere',
            'nemo/nothere',
            'ann/hidden',
            'nemo/hidden',
            'hidden',
            'nothere',
            'acme',
            'nemo',
            'ann',
          );
        }),
      );
      assert.equal(missing, there, line(true)[0]);
    }
  }
});

test('a mount from a private repository looks like one from a repository that is not there', async () => {
  const digest = image.blobs[1]?.digest;
  const answers = [];
  for (const from of ['acme/hidden', 'acme/nothere', 'nemo/hidden']) {
    const started = await server.api(`POST /v2/eve/app/blobs/uploads/?mount=${digest}&from=${from}`, {
      as: eve,
    });
    answers.push(started.status);
  }
  assert.deepEqual(answers, [202, 202, 202]);
});

test('a list that shows nothing has no cursor that tells a name', async () => {
  const { clock } = server;
  // More than one page is looked at.
  await server.storage.db.transaction(async (trx) => {
    for (let count = 0; count < 600; count += 1) {
      const name = `acme/secret${String(count).padStart(4, '0')}`;
      await trx
        .insertInto('repository')
        .values({ name, created_at: clock.now(), listed: 1 } as never)
        .execute();
    }
  });
  const answer = await server.api('GET /api/v1/namespaces/acme/repositories');
  assert.equal(answer.status, 200);
  const { items, next } = answer.json() as { items: unknown[]; next?: string };
  assert.deepEqual(items, []);
  const told = Buffer.from(next ?? '', 'base64url').toString();
  assert.doesNotMatch(told, /secret/);
});
