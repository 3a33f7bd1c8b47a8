import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStorage } from '../app/index.ts';
import { type AuditTables, createAuditLog, createCheckpointFile, startAuditUpkeep } from '../audit/index.ts';
import type { Database } from '../db/index.ts';
import { adoptTree } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { createFakeClock, temporaryFolder } from '../testing/index.ts';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading audit verify', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const root = () => join(folder.path, 'data');
  const verify = (...args: string[]) => runLading(['audit', 'verify', '--root', root(), ...args]);

  async function withDatabase(work: (db: Database<AuditTables>) => Promise<void>): Promise<void> {
    const clock = createFakeClock();
    const storage = { kind: 'filesystem', root: root() } as const;
    await using opened = await openStorage({ storage, exclusive: true, clock, log: silentLogger });
    const { db, blobs } = opened;
    await adoptTree({ db, blobs, root: root(), clock, log: silentLogger });
    await work(db as unknown as Database<AuditTables>);
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    await withDatabase(async (db) => {
      const clock = createFakeClock();
      await using audit = createAuditLog({ db, clock, log: silentLogger });
      for (let index = 0; index < 3; index++) {
        const origin = { remoteAddress: '', requestId: '' };
        const resource = { type: 'system', name: 'x' };
        await db.transaction((trx) => audit.record(trx, { action: `a${index}`, origin, resource }));
      }
      const checkpoints = createCheckpointFile(root());
      const upkeep = startAuditUpkeep({ db, checkpoints, retentionDays: 30, clock, log: silentLogger });
      await upkeep.close();
    });
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('finds an untouched log whole, tells its head, and exits with 0', async () => {
    const { code, out, err } = await spawnLading(['audit', 'verify', '--root', root()]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^3 lines, all as they were written\. Compared with the checkpoint at line 3\.\n/);
    const head = /Its head is (3:[\da-f]{64})\n/.exec(out)?.[1] ?? '';
    assert.equal((await verify('--head', head)).code, 0);
    const wrong = await verify('--head', `2:${'0'.repeat(64)}`);
    assert.deepEqual([wrong.code, wrong.out], [1, wrong.out]);
    assert.match(wrong.out, /^broken at line 2 \(other-history\)/);
  });

  it('says which line is broken, as text and as JSON, and exits with 1', async () => {
    await withDatabase(async (db) => {
      await db.transaction((trx) =>
        trx.updateTable('audit_entry').set({ actor: 'x' }).where('sequence', '=', 2).execute(),
      );
    });
    const { code, out, err } = await verify();
    assert.equal(code, 1);
    assert.match(out, /^broken at line 2 \(changed\): /);
    assert.match(err, /^lading: The audit log is broken at line 2\. [^\n]+\n$/);
    const [json = {}] = parseJsonLines((await verify('--json')).out);
    assert.equal((json.broken as { sequence: number }).sequence, 2);
  });

  it('notices by the checkpoint file that the newest lines were cut off', async () => {
    await withDatabase(async (db) => {
      await db.transaction((trx) => trx.deleteFrom('audit_entry').where('sequence', '>', 1).execute());
    });
    const { code, out } = await verify();
    assert.equal(code, 1);
    assert.match(out, /^broken at line 2 \(end-missing\)/);
  });

  it('does not take a damaged checkpoint file for none', async () => {
    await writeFile(join(root(), 'lading', 'audit-head.json'), '{');
    const { code, out, err } = await verify();
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /audit-head\.json cannot be read/);
  });

  it('refuses a head that is none, as usage', async () => {
    const { code, err } = await verify('--head', 'abc');
    assert.equal(code, 2);
    assert.match(err, /--head is LINE:HASH/);
  });
});
