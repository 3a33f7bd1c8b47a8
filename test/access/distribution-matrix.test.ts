import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AccountsServer,
  type Answer,
  type Ask,
  basicOf,
  buildImage,
  startAccountsServer,
} from '../../src/testing/index.ts';
import { pushAs } from './harness/push-as.ts';
import { flows, type Who } from './harness/show-credentials-as.ts';

/**
 * By hand, from what the roles are said to be. r: pull, w: push, d: delete, c: the catalog. `missing`: a name of the
 * organisation at which nothing is.
 */
const rights: Readonly<Record<string, Readonly<Record<Where, string>>>> = {
  anonymous: { private: '', public: 'r', missing: '' },
  stranger: { private: '', public: 'r', missing: '' },
  reader: { private: 'r', public: 'r', missing: 'r' },
  writer: { private: 'rw', public: 'rw', missing: 'rw' },
  maintainer: { private: 'rwd', public: 'rwd', missing: 'rwd' },
  owner: { private: 'rwd', public: 'rwd', missing: 'rwd' },
  administrator: { private: 'rwdc', public: 'rwdc', missing: 'rwdc' },
  // A writer with a token for pulling.
  robot: { private: 'r', public: 'r', missing: 'r' },
  disabled: { private: '', public: '', missing: '' },
};

type Where = 'private' | 'public' | 'missing';

interface Operation {
  readonly title: string;
  readonly right: string;
  /** `R` stands for the repository, `U` for an upload that was begun there. */
  readonly line: string;
  readonly options?: Ask;
  /** Statuses for who may. */
  readonly there: number;
  readonly missing: number;
}

const image = buildImage({ seed: 1 });
const source = buildImage({ seed: 2 });
const secret = buildImage({ seed: 3 });
const { digest, content, mediaType } = image.manifest;
const [config, layer] = image.blobs as [(typeof image.blobs)[0], (typeof image.blobs)[0]];
const NO_ID = '00000000-0000-4000-8000-000000000000';
const chunk = { body: 'some bytes' };
const manifest = { headers: { 'Content-Type': mediaType }, body: content };

/** In this order: what deletes comes last. */
const operations: readonly Operation[] = [
  { title: 'catalog', right: 'c', line: 'GET /v2/_catalog', there: 200, missing: 200 },
  { title: 'tags', right: 'r', line: 'GET /v2/R/tags/list', there: 200, missing: 404 },
  { title: 'manifest GET', right: 'r', line: 'GET /v2/R/manifests/latest', there: 200, missing: 404 },
  { title: 'manifest HEAD', right: 'r', line: `HEAD /v2/R/manifests/${digest}`, there: 200, missing: 404 },
  { title: 'blob GET', right: 'r', line: `GET /v2/R/blobs/${layer.digest}`, there: 200, missing: 404 },
  { title: 'blob HEAD', right: 'r', line: `HEAD /v2/R/blobs/${layer.digest}`, there: 200, missing: 404 },
  { title: 'referrers', right: 'r', line: `GET /v2/R/referrers/${digest}`, there: 200, missing: 200 },
  { title: 'upload GET', right: 'w', line: 'GET /v2/R/blobs/uploads/U', there: 204, missing: 404 },
  {
    title: 'upload PATCH',
    right: 'w',
    line: 'PATCH /v2/R/blobs/uploads/U',
    options: chunk,
    there: 202,
    missing: 404,
  },
  { title: 'upload DELETE', right: 'w', line: 'DELETE /v2/R/blobs/uploads/U', there: 204, missing: 404 },
  {
    title: 'upload PUT',
    right: 'w',
    line: `PUT /v2/R/blobs/uploads/U?digest=${config.digest}`,
    options: { body: config.bytes },
    there: 201,
    missing: 404,
  },
  { title: 'upload POST', right: 'w', line: 'POST /v2/R/blobs/uploads/', there: 202, missing: 202 },
  {
    title: 'mount of what is not mine to pull',
    right: 'w',
    line: `POST /v2/R/blobs/uploads/?mount=${secret.blobs[1]?.digest}&from=beta/secret`,
    // The administrator may pull it: see the test's body.
    there: 202,
    missing: 202,
  },
  {
    title: 'mount',
    right: 'w',
    line: `POST /v2/R/blobs/uploads/?mount=${source.blobs[1]?.digest}&from=acme/source`,
    there: 201,
    missing: 201,
  },
  {
    title: 'manifest PUT',
    right: 'w',
    line: 'PUT /v2/R/manifests/other',
    options: manifest,
    there: 201,
    missing: 404,
  },
  {
    title: 'manifest DELETE',
    right: 'd',
    line: `DELETE /v2/R/manifests/${digest}`,
    there: 202,
    missing: 404,
  },
  { title: 'blob DELETE', right: 'd', line: `DELETE /v2/R/blobs/${layer.digest}`, there: 202, missing: 404 },
];

let server: AccountsServer;
const people = new Map<string, Who>();
before(async () => {
  server = await startAccountsServer();
  const { root, must } = server;
  for (const name of ['owner', 'stranger', 'reader', 'writer', 'maintainer', 'disabled']) {
    // `owner` and the like are reserved.
    const as = await server.addUser(`${name}-1`);
    people.set(name, { name: `${name}-1`, secret: as.replace('Bearer ', '') });
  }
  people.set('anonymous', undefined);
  people.set('administrator', { name: 'root', secret: root.replace('Bearer ', '') });
  const as = asOwner();
  for (const name of ['acme', 'beta']) {
    await must('POST /api/v1/organisations', { as: name === 'acme' ? as : root, body: { name } });
  }
  for (const [user, role] of Object.entries({
    reader: 'reader',
    writer: 'writer',
    maintainer: 'maintainer',
    disabled: 'owner',
  })) {
    await must(`PUT /api/v1/organisations/acme/members/${user}-1`, { as, body: { role } });
  }
  await must('PATCH /api/v1/users/disabled-1', { as: root, body: { disabled: true } });
  await must('POST /api/v1/organisations/acme/robots', { as, body: { name: 'ci' } });
  await must('POST /api/v1/namespaces/acme/grants', {
    as,
    body: { subject: { kind: 'robot', name: 'acme+ci' }, role: 'writer', pattern: 'acme/**' },
  });
  const body = { name: 'pulls', actions: ['pull'], repositories: ['acme/**'] };
  const token = await must('POST /api/v1/organisations/acme/robots/ci/tokens', { as, body });
  people.set('robot', { name: 'acme+ci', secret: String(token.secret) });
  await pushAs(server, as, { repository: 'acme/source', image: source });
  await pushAs(server, root, { repository: 'beta/secret', image: secret });
});
after(() => server[Symbol.asyncDispose]());

for (const [flow, send] of Object.entries(flows)) {
  for (const [role, by] of Object.entries(rights)) {
    describe(`${role} by ${flow}`, () => {
      for (const where of ['private', 'public', 'missing'] as const) {
        const repository = `acme/${role}-${flow}-${where}`;
        before(() => prepare(repository, where));

        for (const operation of operations) {
          // Whoever wants to pull without a login asks for a token first; curl without one does not.
          const isMute = role === 'anonymous' && flow === 'basic';
          const isAllowed = by[where].includes(operation.right) && !isMute;

          test(`${operation.title}, ${where}: ${isAllowed ? 'yes' : 'no'}`, async () => {
            const upload = where === 'missing' ? NO_ID : await beginUpload(repository);
            const line = operation.line.replace('R/', `${repository}/`).replace('/U', `/${upload}`);
            const answer = await send(server, people.get(role), line, operation.options);
            if (!isAllowed) return assertRefused(answer, line);
            const mountsAll = role === 'administrator' && operation.title.startsWith('mount');
            const expected = mountsAll ? 201 : operation[where === 'missing' ? 'missing' : 'there'];
            assert.equal(answer.status, expected, `${line}: ${answer.body}`);
          });
        }
      }
    });
  }
}

function asOwner(): string {
  const owner = people.get('owner');
  return owner ? basicOf(owner.name, owner.secret) : assert.fail();
}

async function prepare(repository: string, where: Where): Promise<void> {
  if (where === 'missing') return;
  await pushAs(server, asOwner(), { repository, image });
  const body = { visibility: where };
  await server.must(`PUT /api/v1/repositories/${repository}/visibility`, { as: asOwner(), body });
}

async function beginUpload(repository: string): Promise<string> {
  const headers = { Authorization: asOwner() };
  const started = await server.raw(`POST /v2/${repository}/blobs/uploads/`, { headers });
  return /uploads\/([^?]+)/.exec(started.header('location') ?? '')?.[1] ?? assert.fail();
}

function assertRefused(answer: Answer, line: string): void {
  assert.ok([401, 403].includes(answer.status), `${line}: ${answer.status} ${answer.body}`);
  if (answer.status === 401) assert.equal(answer.count('www-authenticate'), 1);
  if (!line.startsWith('HEAD')) assert.match(answer.errorCode() ?? '', /^(UNAUTHORIZED|DENIED)$/);
}
