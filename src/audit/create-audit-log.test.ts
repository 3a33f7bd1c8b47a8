import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditLog } from './create-audit-log.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';
import { verifyLog } from './verify-log.ts';

const from = (remoteAddress: string, change: Parameters<typeof anEntry>[0] = {}) =>
  anEntry({ origin: { ...anEntry().origin, remoteAddress }, ...change });

test('who, from where, with which token, on what, before and after', async () => {
  await using open = await openAudit();
  await open.record(anEntry());
  const [{ hash, ...row } = assert.fail()] = await open.rows();
  assert.match(hash, /^[\da-f]{64}$/);
  assert.deepEqual(row, {
    sequence: 1,
    at: open.clock.now(),
    action: 'user.update',
    outcome: 'done',
    actor: 'alice',
    actor_kind: 'user',
    account_id: 7,
    credential_kind: 'token',
    credential_id: 'c0ffee',
    remote_address: '192.0.2.1',
    request_id: 'r-1',
    resource_type: 'account',
    resource: 'bob',
    namespace: 'bob',
    before: '{"display_name":"Bob"}',
    after: '{"display_name":"Robert"}',
    reason: null,
    times: 1,
  });
});

test('a change that is taken back leaves no line, and the chain goes on as if it had never been', async () => {
  await using open = await openAudit();
  await open.record(anEntry());
  const failing = open.db.transaction(async (trx) => {
    await open.audit.record(trx, anEntry({ action: 'never' }));
    throw new Error('own fault');
  });
  await assert.rejects(failing, /own fault/);
  await open.record(anEntry());
  assert.deepEqual(
    (await open.rows()).map(({ action }) => action),
    ['user.update', 'user.update'],
  );
  assert.equal((await verifyLog(open.db.reads, { checkpoints: [] })).broken, undefined);
});

test('changes at the same time follow each other in one chain', async () => {
  await using open = await openAudit();
  await Promise.all(Array.from({ length: 50 }, () => open.record(anEntry(), anEntry())));
  const { lines, broken } = await verifyLog(open.db.reads, { checkpoints: [] });
  assert.deepEqual([lines, broken], [100, undefined]);
});

test('a clock that goes back does not take the times of the log back', async () => {
  await using open = await openAudit();
  await open.record(anEntry());
  open.clock.advance(-60_000);
  await open.record(anEntry());
  const [first, second] = await open.rows();
  assert.equal(second?.at, first?.at);
});

test('refusals that are alike become one line with how often', async () => {
  await using open = await openAudit();
  for (let index = 0; index < 5; index++) open.audit.refused(anEntry({ reason: 'no right' }));
  open.audit.refused(anEntry({ reason: 'another' }));
  await open.audit.flush();
  assert.deepEqual(
    (await open.rows()).map(({ outcome, reason, times }) => [outcome, reason, times]),
    [
      ['refused', 'no right', 5],
      ['refused', 'another', 1],
    ],
  );
});

test('a flood of different refusals: some are written, of each address, the rest is counted', async () => {
  await using open = await openAudit();
  for (let index = 0; index < 1000; index++) {
    open.audit.refused(from('198.51.100.1', { reason: `flood ${index}` }));
  }
  open.audit.refused(from('198.51.100.2', { reason: 'the needle' }));
  await open.audit.flush();
  const rows = await open.rows();
  assert.equal(rows.length, 22);
  assert.ok(rows.some(({ reason }) => reason === 'the needle'));
  const last = rows.at(-1);
  assert.equal(last?.action, 'audit.dropped');
  assert.equal(
    rows.reduce((sum, { times }) => sum + times, 0),
    1001,
  );
});

test('a flood from everywhere adds no more than a hundred lines at a time', async () => {
  await using open = await openAudit();
  for (let index = 0; index < 1000; index++) open.audit.refused(from(`2001:db8::${index.toString(16)}`));
  await open.audit.flush();
  assert.equal((await open.rows()).length, 101);
});

test('refusals that could not be written are written with the next, none lost', async () => {
  await using open = await openAudit();
  let fails = true;
  const db = {
    ...open.db,
    transaction: ((work) =>
      fails
        ? Promise.reject(new Error('disk full'))
        : open.db.transaction(work)) as typeof open.db.transaction,
  };
  await using audit = createAuditLog({ db, clock: open.clock, log: open.log });
  audit.refused(anEntry());
  await audit.flush();
  assert.equal(open.log.entries.at(-1)?.level, 'warn');
  audit.refused(anEntry());
  fails = false;
  await audit.flush();
  assert.deepEqual(
    (await open.rows()).map(({ times }) => times),
    [2],
  );
});

test('noting a refusal never throws, whatever is noted', async () => {
  await using open = await openAudit();
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  open.audit.refused(anEntry({ after: circular }));
  open.audit.refused({ ...anEntry(), resource: null } as never);
  await open.audit.flush();
  assert.equal((await open.rows()).length, 1);
  assert.equal(open.log.entries.at(-1)?.level, 'error');
});
