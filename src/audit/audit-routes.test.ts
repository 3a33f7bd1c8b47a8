import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AuditEntryView } from '../api/index.ts';
import type { AccessRequirement, Guard } from '../http/index.ts';
import { ask, startTestServer, type TestServer } from '../testing/index.ts';
import { auditRoutes } from './audit-routes.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';

const rights: Readonly<Record<string, (requirement: AccessRequirement) => boolean>> = {
  root: ({ type }) => type === 'system',
  auditor: ({ type, name, actions }) => type === 'namespace' && name === 'acme' && actions.join() === 'audit',
  nobody: () => false,
};
const guard: Guard = {
  admit: async ({ authorization = 'nobody' }) => ({
    actor: undefined,
    may: async (requirement) => rights[authorization]?.(requirement) ?? false,
  }),
};

describe('the audit log in the API', () => {
  let open: Awaited<ReturnType<typeof openAudit>>;
  let server: TestServer;
  before(async () => {
    open = await openAudit();
    server = await startTestServer({ store: 'memory', guard, routes: auditRoutes(open.db.reads) });
    for (let index = 0; index < 450; index++) {
      const namespace = index % 3 === 0 ? 'acme' : 'other';
      const resource = { type: 'repository', name: `${namespace}/app`, namespace };
      const action = index % 2 === 0 ? 'even' : 'odd';
      await open.record(anEntry({ action, resource, after: { index } }));
      open.clock.advance(1000);
    }
    open.audit.refused(anEntry({ action: 'odd', reason: 'no' }));
    await open.audit.flush();
  });
  after(async () => {
    await server.close();
    await open[Symbol.asyncDispose]();
  });

  const get = (target: string, who = 'root') =>
    ask(server, `GET ${target}`, { headers: { Authorization: who } });
  const list = async (query: string, who?: string) =>
    (await get(`/api/v1/audit?${query}`, who)).json() as { items: AuditEntryView[]; next?: string };
  const exported = async (query: string, who?: string) =>
    (await get(`/api/v1/audit/export?${query}`, who)).body
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEntryView);

  it('is for administrators, and with a namespace for its auditors; for nobody else, whatever they ask', async () => {
    for (const path of ['/api/v1/audit', '/api/v1/audit/export']) {
      assert.equal((await get(path)).status, 200);
      assert.equal((await get(`${path}?namespace=acme`, 'auditor')).status, 200);
      for (const query of ['', '?namespace=', '?namespace=other', '?actor=alice']) {
        assert.equal((await get(path + query, 'auditor')).status, 403, path + query);
      }
      for (const query of ['?namespace=acme&namespace=other', '?namespace[]=acme']) {
        assert.equal((await get(path + query, 'auditor')).status, 400, path + query);
      }
      assert.equal((await get(`${path}?namespace=acme`, 'nobody')).status, 403);
    }
    const items = await exported('namespace=acme', 'auditor');
    assert.equal(items.length, 150);
    assert.ok(items.every(({ namespace }) => namespace === 'acme'));
  });

  it('pages from the newest to the oldest, each line once', async () => {
    const seen: number[] = [];
    let cursor = '';
    for (;;) {
      const { items, next } = await list(`limit=100&cursor=${cursor}`);
      seen.push(...items.map(({ sequence }) => sequence));
      if (next === undefined) break;
      cursor = next;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 451 }, (_, index) => 451 - index),
    );
  });

  it('ends a list that fits its page exactly', async () => {
    const { items, next } = await list('limit=1&outcome=refused');
    assert.equal(items.length, 1);
    assert.equal(next, undefined);
  });

  it('filters by each of its fields and by all at once', async () => {
    assert.equal((await exported('action=even')).length, 225);
    assert.equal((await exported('actor=alice')).length, 451);
    assert.equal((await exported('actor=mallory')).length, 0);
    assert.equal((await exported('resource=acme/app')).length, 150);
    assert.equal((await exported('outcome=refused')).length, 1);
    assert.equal((await exported('action=even&namespace=acme&resource=acme/app&outcome=done')).length, 75);
  });

  it('takes what is at `since` and later and before `until`, also between lines and in other time zones', async () => {
    const indexes = async (query: string) => {
      const items = await exported(query);
      return [items.length, items[0]?.sequence, items.at(-1)?.sequence];
    };
    assert.deepEqual(await indexes('since=2026-01-01T00:00:10Z&until=2026-01-01T00:00:20Z'), [10, 11, 20]);
    assert.deepEqual(
      await indexes('since=2026-01-01T00:00:10.500Z&until=2026-01-01T00:00:20.5Z'),
      [10, 12, 21],
    );
    assert.deepEqual(
      await indexes('since=2026-01-01T02:00:10%2B02:00&until=2026-01-01T00:00:12Z'),
      [2, 11, 12],
    );
    assert.deepEqual(await indexes('since=2027-01-01T00:00:00Z'), [0, undefined, undefined]);
    assert.deepEqual(await indexes('until=2025-01-01T00:00:00Z'), [0, undefined, undefined]);
    for (const time of ['yesterday', '2026-13-01T00:00:00Z', '1767225600000']) {
      assert.equal((await get(`/api/v1/audit?since=${time}`)).status, 400, time);
    }
  });

  it('exports JSON lines, the oldest first, over several pieces, none lost', async () => {
    const answer = await get('/api/v1/audit/export');
    assert.equal(answer.header('content-type'), 'application/x-ndjson');
    assert.match(answer.header('content-disposition') ?? '', /^attachment/);
    const lines = await exported('');
    assert.deepEqual(
      lines.map(({ sequence }) => sequence),
      Array.from({ length: 451 }, (_, index) => index + 1),
    );
    assert.deepEqual(lines[4]?.after, { index: 4 });
    assert.match(lines[4]?.hash ?? '', /^[\da-f]{64}$/);
  });

  it('refuses a cursor of something else', async () => {
    assert.equal((await get('/api/v1/audit?cursor=bm8')).status, 400);
  });
});
