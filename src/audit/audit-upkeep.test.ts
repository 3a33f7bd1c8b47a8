import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAuditUpkeep } from './audit-upkeep.ts';
import { createCheckpointFile } from './checkpoint-file.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';
import { verifyLog } from './verify-log.ts';

const DAY_MS = 24 * 60 * 60_000;

async function start(retentionDays?: number) {
  const open = await openAudit();
  const checkpoints = createCheckpointFile(open.root);
  const upkeep = startAuditUpkeep({ ...open, checkpoints, retentionDays });
  const stop = async () => {
    await upkeep.close();
    await open[Symbol.asyncDispose]();
  };
  return { open, checkpoints, upkeep, [Symbol.asyncDispose]: stop };
}

test('the checkpoint follows the head, and a closing server takes a last one', async () => {
  await using audit = await start();
  assert.equal(await audit.checkpoints.find(), undefined);
  await audit.open.record(anEntry());
  await audit.upkeep.run();
  assert.equal((await audit.checkpoints.find())?.sequence, 1);
  await audit.open.record(anEntry());
  await audit.upkeep.close();
  const kept = await audit.checkpoints.find();
  const { head } = await verifyLog(audit.open.db.reads, { checkpoints: [] });
  assert.deepEqual(kept, head);
});

test('the head is told to the server’s log, once an hour', async () => {
  await using audit = await start();
  const told = () =>
    audit.open.log.entries.filter(({ message }) => message === 'head of the audit log').length;
  await audit.open.record(anEntry());
  await audit.upkeep.run();
  await audit.open.record(anEntry());
  await audit.upkeep.run();
  assert.equal(told(), 1);
  audit.open.clock.advance(60 * 60_000);
  await audit.open.record(anEntry());
  await audit.upkeep.run();
  assert.equal(told(), 2);
});

test('lines older than the retention go, younger ones stay, and the chain holds with its checkpoint', async () => {
  await using audit = await start(30);
  await audit.open.record(anEntry({ action: 'old' }));
  audit.open.clock.advance(20 * DAY_MS);
  await audit.open.record(anEntry({ action: 'young' }));
  await audit.upkeep.run();
  audit.open.clock.advance(10 * DAY_MS + 1);
  await audit.upkeep.run();
  const actions = (await audit.open.rows()).map(({ action }) => action);
  assert.deepEqual(actions, ['young', 'audit.pruned']);
  const kept = await audit.checkpoints.find();
  assert.ok(kept);
  assert.equal((await verifyLog(audit.open.db.reads, { checkpoints: [kept] })).broken, undefined);
});

test('without retention everything stays', async () => {
  await using audit = await start();
  await audit.open.record(anEntry());
  audit.open.clock.advance(10_000 * DAY_MS);
  await audit.upkeep.run();
  assert.equal((await audit.open.rows()).length, 1);
});
