import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runLading } from '../../src/cli/suite/run-lading.ts';
import { ask, createFakeClock, startUpload, temporaryFolder } from '../../src/testing/index.ts';
import { eventually } from './harness/eventually.ts';
import { startLadingHere } from './harness/lading-here.ts';
import { startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { createRandom } from './harness/random.ts';
import { assertCheckClean, readBack } from './harness/read-back.ts';
import { runClient } from './harness/traffic.ts';

const hour = 3_600_000;
const ageHours = 168;
const env = { REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_INTERVAL: '20ms' };

describe('a clock that jumps', () => {
  it('forward by weeks and back again: unfinished uploads expire, nothing else does', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'root');
    const clock = createFakeClock(Date.now());
    const ledger = createLedger();
    await using server = await startLadingHere({ root, env, clock });
    await load(server, ledger, 'before');
    const location = await startUpload(server, 'own/c');
    clock.advance(2 * ageHours * hour);
    await eventually(async () => assert.equal((await ask(server, `GET ${location}`)).status, 404));
    // Corrected: the files' own times never jumped, so by a clock ahead each new upload would be old.
    clock.advance(-2 * ageHours * hour);
    await load(server, ledger, 'after');
    await readBack(server, ledger);
    await assertCheckClean(root);
  });

  it('back by ten years and to before 1970: uploads stay, pushes go on, tags move as told', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'root');
    const clock = createFakeClock(Date.now());
    const ledger = createLedger();
    await using server = await startLadingHere({ root, env, clock });
    const location = await startUpload(server, 'own/c');
    await load(server, ledger, 'before');
    for (const jump of [-10 * 365 * 24 * hour, -60 * 365 * 24 * hour]) {
      clock.advance(jump);
      await load(server, ledger, `after ${jump}`);
      await readBack(server, ledger);
    }
    assert.equal((await ask(server, `GET ${location}`)).status, 204);
    await server.close();
    // Also what the link files say, whose times follow the clock.
    assert.equal((await runLading(['rebuild', '--root', root])).code, 0);
    await using again = await startLadingHere({ root, env });
    await readBack(again, ledger);
    await assertCheckClean(root);
  });

  it('a time zone for each start, 26 hours apart and with odd minutes: all is there, also after a rebuild', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'root');
    const ledger = createLedger();
    for (const TZ of ['Pacific/Kiritimati', 'Etc/GMT+12', 'Asia/Kathmandu', 'No/Such_Zone']) {
      await using server = await startLading({ root, env: { TZ } });
      await load(server, ledger, TZ.replace(/\W/g, ''));
      await readBack(server, ledger);
      assert.equal(await server.stop(), 0);
    }
    assert.equal((await runLading(['rebuild', '--root', root])).code, 0);
    await using server = await startLadingHere({ root });
    await readBack(server, ledger);
    await assertCheckClean(root);
  });
});

async function load(server: { port: number }, ledger: Ledger, phase: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const unexpected: string[] = [];
  let left = 12;
  const client = { random: createRandom(phase.length), client: 'c', uploads: [], unexpected };
  await runClient({ port: server.port, ledger, agent, ...client }, () => left-- === 0);
  agent.destroy();
  assert.deepEqual(unexpected, []);
}
