import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { hashRow } from './hash-row.ts';
import { pruneLog } from './prune-log.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';
import { type ChainLink, verifyLog } from './verify-log.ts';

type Open = Awaited<ReturnType<typeof openAudit>>;

/** Ten lines, a minute apart; then what somebody with the database in his hands does. */
async function openTampered(...statements: string[]): Promise<Open & { head: ChainLink }> {
  const open = await openAudit();
  for (let index = 1; index <= 10; index++) {
    open.clock.advance(60_000);
    await open.record(anEntry({ action: `a${index}` }));
  }
  const { head } = await verifyLog(open.db.reads, { checkpoints: [] });
  await open.db.transaction(async (trx) => {
    for (const statement of statements) await sql.raw(statement).execute(trx);
  });
  return { ...open, head };
}

const breakOf = async (open: Open, checkpoints: readonly ChainLink[] = []) => {
  const { broken } = await verifyLog(open.db.reads, { checkpoints });
  return broken && [broken.kind, broken.sequence];
};

test('an untouched log is whole, an empty one too', async () => {
  await using open = await openTampered();
  assert.equal(await breakOf(open, [open.head]), undefined);
  await using empty = await openAudit();
  const verification = await verifyLog(empty.db.reads, { checkpoints: [] });
  assert.deepEqual([verification.lines, verification.head.sequence, verification.broken], [0, 0, undefined]);
});

const columns: readonly [column: string, value: string][] = [
  ['at', 'at + 1'],
  ['action', "'x'"],
  ['outcome', "'refused'"],
  ['actor', "'mallory'"],
  ['actor', 'NULL'],
  ['actor_kind', "'robot'"],
  ['account_id', '8'],
  ['credential_kind', "'password'"],
  ['credential_id', "'other'"],
  ['remote_address', "'::1'"],
  ['request_id', "'r-2'"],
  ['resource_type', "'x'"],
  ['resource', "'x'"],
  ['namespace', 'NULL'],
  ['before', "'{}'"],
  ['after', 'NULL'],
  ['reason', "'x'"],
  ['times', '2'],
  ['hash', `'${'0'.repeat(64)}'`],
];

for (const [column, value] of columns) {
  test(`line 4 with ${column} = ${value} → changed, at line 4`, async () => {
    await using open = await openTampered(`UPDATE audit_entry SET ${column} = ${value} WHERE sequence = 4`);
    assert.deepEqual(await breakOf(open), ['changed', 4]);
  });
}

const tampered: readonly [title: string, statements: readonly string[], found: readonly [string, number]][] =
  [
    ['a line is deleted', ['DELETE FROM audit_entry WHERE sequence = 5'], ['missing', 5]],
    [
      'a line is deleted and those after it move up',
      [
        'DELETE FROM audit_entry WHERE sequence = 5',
        'UPDATE audit_entry SET sequence = sequence - 1 WHERE sequence > 5',
      ],
      ['changed', 5],
    ],
    [
      'two lines change places',
      [
        'UPDATE audit_entry SET sequence = 99 WHERE sequence = 5',
        'UPDATE audit_entry SET sequence = 5 WHERE sequence = 6',
        'UPDATE audit_entry SET sequence = 6 WHERE sequence = 99',
      ],
      ['changed', 5],
    ],
    [
      'a line is put in twice',
      [
        'UPDATE audit_entry SET sequence = sequence + 100 WHERE sequence > 5',
        'UPDATE audit_entry SET sequence = sequence - 99 WHERE sequence > 100',
        `INSERT INTO audit_entry SELECT 6, at, action, outcome, actor, actor_kind, account_id, credential_kind, credential_id,
       remote_address, request_id, resource_type, resource, namespace, before, after, reason, times, hash
       FROM audit_entry WHERE sequence = 5`,
      ],
      ['changed', 6],
    ],
    ['the oldest lines are deleted', ['DELETE FROM audit_entry WHERE sequence < 4'], ['start-missing', 1]],
  ];

for (const [title, statements, found] of tampered) {
  test(`${title} → ${found.join(' at line ')}`, async () => {
    await using open = await openTampered(...statements);
    assert.deepEqual(await breakOf(open), found);
  });
}

test('the newest lines are cut off → the chain alone looks whole, the checkpoint tells', async () => {
  await using open = await openTampered('DELETE FROM audit_entry WHERE sequence > 7');
  assert.equal(await breakOf(open), undefined);
  assert.deepEqual(await breakOf(open, [open.head]), ['end-missing', 8]);
});

test('everything is gone → the checkpoint tells', async () => {
  await using open = await openTampered('DELETE FROM audit_entry');
  assert.deepEqual(await breakOf(open, [open.head]), ['end-missing', 1]);
});

/** Somebody who knows how the chain is made writes lines from `sequence` on anew. */
async function forge(open: Open, sequence: number): Promise<void> {
  await open.db.transaction(async (trx) => {
    const rows = await trx.selectFrom('audit_entry').selectAll().orderBy('sequence').execute();
    let previous = rows.find((row) => row.sequence === sequence - 1)?.hash ?? '0'.repeat(64);
    for (const { hash: _, ...row } of rows.filter((one) => one.sequence >= sequence)) {
      const forged = row.sequence === sequence ? { ...row, actor: 'mallory' } : row;
      previous = hashRow(forged, previous);
      const values = { ...forged, hash: previous };
      await trx.updateTable('audit_entry').set(values).where('sequence', '=', row.sequence).execute();
    }
  });
}

test('the chain is computed anew from a forged line on → a checkpoint taken before tells', async () => {
  await using open = await openTampered();
  await forge(open, 3);
  assert.equal(await breakOf(open), undefined);
  assert.deepEqual(await breakOf(open, [open.head]), ['other-history', 10]);
});

test('old lines dropped as they should be → the chain holds, and says what was dropped', async () => {
  await using open = await openTampered();
  const now = open.clock.now();
  assert.equal(await pruneLog(open.db, { before: now - 4 * 60_000, now }), 5);
  const rows = await open.rows();
  assert.deepEqual(
    rows.map(({ sequence }) => sequence),
    [6, 7, 8, 9, 10, 11],
  );
  assert.equal(rows.at(-1)?.action, 'audit.pruned');
  assert.equal(await breakOf(open, [open.head]), undefined);
  // And once more, over the line of the first.
  open.clock.advance(600_000);
  const later = open.clock.now();
  assert.equal(await pruneLog(open.db, { before: later, now: later }), 6);
  await open.record(anEntry());
  assert.equal(await breakOf(open), undefined);
  assert.equal((await open.rows()).length, 2);
});

test('more lines cut off than the last pruning says → start-missing', async () => {
  await using open = await openTampered();
  const now = open.clock.now();
  await pruneLog(open.db, { before: now - 4 * 60_000, now });
  await open.db.transaction((trx) => trx.deleteFrom('audit_entry').where('sequence', '<', 8).execute());
  assert.deepEqual(await breakOf(open), ['start-missing', 6]);
});

test('a pruning that nobody ordered, up to the present → a checkpoint taken before tells', async () => {
  await using open = await openTampered();
  await open.record(anEntry());
  const now = open.clock.now();
  await pruneLog(open.db, { before: now + 1, now });
  assert.equal(await breakOf(open), undefined);
  assert.deepEqual(await breakOf(open, [open.head]), ['start-missing', 12]);
});

test('a pruning with a made-up hash at the place of the checkpoint → other-history', async () => {
  await using open = await openTampered();
  await forge(open, 3);
  const now = open.clock.now();
  await pruneLog(open.db, { before: now + 1, now });
  assert.deepEqual(await breakOf(open, [open.head]), ['other-history', 11]);
});

test('nothing is old enough → nothing is dropped and nothing written', async () => {
  await using open = await openTampered();
  assert.equal(await pruneLog(open.db, { before: 0, now: open.clock.now() }), 0);
  assert.equal((await open.rows()).length, 10);
});

test('a log of several pages is walked to its end, in bounded steps', async () => {
  await using open = await openAudit();
  await open.record(...Array.from({ length: 1201 }, () => anEntry()));
  const steps: number[] = [];
  const { lines, broken } = await verifyLog(open.db.reads, {
    checkpoints: [],
    onProgress: (done) => steps.push(done),
  });
  assert.deepEqual([lines, broken], [1201, undefined]);
  assert.deepEqual(steps, [500, 1000, 1201]);
});
