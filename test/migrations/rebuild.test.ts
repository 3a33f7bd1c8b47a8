import assert from 'node:assert/strict';
import { open, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { ladingPaths, rebuildStorage, tablesOf } from '../../src/app/index.ts';
import { type AuditTables, verifyLog } from '../../src/audit/index.ts';
import {
  createFilesystemLinkTree,
  createTrail,
  type DistributionTables,
} from '../../src/distribution/index.ts';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { buildImage, startAccountsServer, temporaryFolder } from '../../src/testing/index.ts';
import { pushAs } from '../access/harness/push-as.ts';

const settings = (root: string) => ({
  REGISTRY_STORAGE: 'filesystem',
  REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: root,
});

async function fill(root: string): Promise<{ ann: string; bob: string }> {
  await using server = await startAccountsServer(settings(root));
  const [ann, bob] = [await server.addUser('ann'), await server.addUser('bob')];
  await server.must('POST /api/v1/organisations', { as: ann, body: { name: 'acme' } });
  await server.must('PUT /api/v1/organisations/acme/members/bob', { as: ann, body: { role: 'reader' } });
  await pushAs(server, ann, { repository: 'acme/app', image: buildImage() });
  await server.must('POST /api/v1/repositories', {
    as: ann,
    body: { name: 'acme/empty', visibility: 'public' },
  });
  const body = { description: 'Something to find' };
  await server.must('PATCH /api/v1/repositories/acme/app', { as: ann, body });
  await server.must('PUT /api/v1/repositories/acme/app/star', { as: bob });
  const { blobs } = server.storage;
  const db = tablesOf<DistributionTables>(server.storage.db);
  await using trail = createTrail({ db, blobs, tree: createFilesystemLinkTree({ root }), log: silentLogger });
  await trail.flush();
  return { ann, bob };
}

async function rebuild(root: string) {
  return rebuildStorage({ root, clock: systemClock, log: silentLogger, onProgress: () => {} });
}

test('a rebuild keeps accounts, tokens, roles, descriptions, stars and the audit log', async () => {
  await using root = await temporaryFolder();
  const { ann, bob } = await fill(root.path);
  await rebuild(root.path);
  await using server = await startAccountsServer(settings(root.path));
  assert.equal((await server.must('GET /api/v1/me', { as: ann })).name, 'ann');
  await server.must('GET /api/v1/organisations/acme', { as: bob });
  const { items } = await server.must('GET /api/v1/audit?namespace=acme', { as: ann });
  assert.ok((items as unknown[]).length >= 3);
  const found = await server.must('GET /api/v1/repositories/acme/app', { as: bob });
  assert.deepEqual([found.description, found.star_count, found.starred], ['Something to find', 1, true]);
  const empty = await server.must('GET /api/v1/repositories/acme/empty', { as: bob });
  assert.equal(empty.visibility, 'public', 'also one without content, which the tree does not have');
  const { broken, lines } = await verifyLog(tablesOf<AuditTables>(server.storage.db).reads, {
    checkpoints: [],
  });
  assert.equal(broken, undefined);
  assert.ok(lines > 5);
});

test('of a database that is damaged at its end, what can be read comes along', async () => {
  await using root = await temporaryFolder();
  const { ann } = await fill(root.path);
  const { database } = ladingPaths(root.path);
  const { size } = await stat(database);
  const file = await open(database, 'r+');
  await file.write(Buffer.alloc(8192, 0x5a), 0, 8192, size - 8192);
  await file.close();
  await rebuild(root.path);
  await using server = await startAccountsServer(settings(root.path));
  await server.storage.db.assertSound();
  assert.equal((await server.must('GET /api/v1/me', { as: ann })).name, 'ann');
});
