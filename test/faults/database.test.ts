import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { runLading } from '../../src/cli/suite/run-lading.ts';
import { ask } from '../../src/testing/index.ts';
import { startLadingHere } from './harness/lading-here.ts';
import { runLadingProcess, StartFailed, startLading } from './harness/lading-process.ts';
import { createLedger, type Ledger } from './harness/ledger.ts';
import { quickFolder } from './harness/quick-folder.ts';
import { chooseSeed, createRandom, type Random } from './harness/random.ts';
import { assertCheckClean, readBack } from './harness/read-back.ts';
import { createShim, skipWithoutShim } from './harness/shim.ts';
import { runClient } from './harness/traffic.ts';

/** How many damaged databases are tried; LADING_FAULT_DATABASES=500 for a long run. */
const damages = Number(process.env.LADING_FAULT_DATABASES ?? 20);
/** And rebuilds that are cut. */
const cutRebuilds = Math.ceil(damages / 4);

describe('a database that is damaged or lost', () => {
  const ledger = createLedger();
  let folder: Awaited<ReturnType<typeof quickFolder>>;
  /** A volume whose tree has followed all that the ledger knows. */
  let sound: string;

  before(async () => {
    folder = await quickFolder();
    sound = join(folder.path, 'sound');
    await using server = await startLadingHere({ root: sound });
    const agent = new Agent({ keepAlive: true });
    const client = { port: server.port, ledger, random: createRandom(7), agent, client: 'c' };
    let left = 40;
    await runClient({ ...client, uploads: [], unexpected: [] }, () => left-- === 0);
    agent.destroy();
  });
  after(() => folder[Symbol.asyncDispose]());

  const copy = () => {
    const root = join(folder.path, 'damaged');
    rmSync(root, { recursive: true, force: true });
    cpSync(sound, root, { recursive: true });
    return { root, file: join(root, 'lading', 'lading.db') };
  };

  it(`bytes of it changed or cut off in ${damages} ways: a sentence, never a crash; rebuild brings all back`, async (context) => {
    const random = createRandom(chooseSeed());
    context.diagnostic(`LADING_FAULT_SEED=${random.seed}`);
    const outcomes: Record<string, number> = {};
    for (let turn = 1; turn <= damages; turn++) {
      const { root, file } = copy();
      const damage = damageSomewhere(file, random);
      const outcome = await useDamaged(root, ledger).catch((error: unknown) => {
        throw new Error(`turn ${turn}: ${damage}`, { cause: error });
      });
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await rebuildAndReadBack(root, ledger).catch((error: unknown) => {
        throw new Error(`turn ${turn}: rebuild after ${damage}`, { cause: error });
      });
    }
    context.diagnostic(JSON.stringify(outcomes));
  });

  it('a damaged one stops the program itself with exit 1 and one line that names lading rebuild', async () => {
    const { root, file } = copy();
    writeFileSync(file, 'This is no database at all.'.repeat(400));
    const failed = await startLading({ root }).catch((error: unknown) => error);
    assert.ok(failed instanceof StartFailed);
    assert.equal(failed.code, 1);
    assert.match(failed.output, /is damaged .*lading rebuild/);
    assert.equal(failed.output.trimEnd().split('\n').length, 1, failed.output);
    const rebuilt = await runLadingProcess(['rebuild', '--root', root]);
    assert.equal(rebuilt.code, 0, rebuilt.output);
    await using server = await startLading({ root });
    await readBack(server, ledger);
  });

  it('a newer one stops the start with a sentence; rebuild brings all back', async () => {
    const { root, file } = copy();
    const db = new DatabaseSync(file);
    db.exec("INSERT INTO schema_migration (name) VALUES ('zzz-from-the-future')");
    db.close();
    await assert.rejects(startLadingHere({ root }), (error: Error) => {
      assert.match(error.message, /newer Lading .*zzz-from-the-future.*lading rebuild/s);
      return true;
    });
    await rebuildAndReadBack(root, ledger);
  });

  it('none at all: the start reads the tree', async () => {
    const { root, file } = copy();
    rmSync(file);
    await using server = await startLadingHere({ root });
    await readBack(server, ledger);
    await assertCheckClean(root);
  });

  it('an empty file in its place: the start reads the tree', async () => {
    const { root, file } = copy();
    truncateSync(file, 0);
    await using server = await startLadingHere({ root });
    await readBack(server, ledger);
  });

  it('a rebuild that is cut at any call leaves the old database or the new one: all is there', {
    skip: skipWithoutShim(),
  }, async (context) => {
    const random = createRandom(chooseSeed());
    context.diagnostic(`LADING_FAULT_SEED=${random.seed}`);
    const found = { old: 0, new: 0 };
    let calls = 400;
    for (let turn = 1; turn <= cutRebuilds; turn++) {
      const { root, file } = copy();
      const { ino } = statSync(file);
      const shim = createShim({ folder: folder.path, root });
      const place = random.between(1, calls);
      shim.exitAt(place);
      const { code, output } = await runLadingProcess(['rebuild', '--root', root], { env: shim.env });
      shim.heal();
      if (code === 0) calls = place;
      else assert.equal(code, 137, output);
      found[statSync(file).ino === ino ? 'old' : 'new'] += 1;
      await using server = await startLadingHere({ root });
      await readBack(server, ledger);
      await assertCheckClean(root);
    }
    context.diagnostic(`${JSON.stringify(found)}, up to ${calls} calls`);
  });

  it('its log is gone after a crash: what was in the log alone is missing, or comes back with a rebuild', async () => {
    const { root, file } = copy();
    const grown = createLedger();
    await crash(root, grown);
    assert.ok(existsSync(`${file}-wal`));
    rmSync(`${file}-wal`);
    await using server = await startLadingHere({ root });
    // An older state, but one that there was: nothing of before is damaged.
    await readBack(server, ledger);
    await server.close();
    await rebuildAndReadBack(root, ledger);
  });

  it('its log is garbage: it starts, with an older state, or says that it is damaged', async () => {
    const random = createRandom(11);
    for (const kind of ['all', 'middle', 'cut'] as const) {
      const { root, file } = copy();
      await crash(root, createLedger());
      const log = `${file}-wal`;
      const bytes = readFileSync(log);
      if (kind === 'cut') truncateSync(log, random.between(1, bytes.byteLength));
      else {
        const from = kind === 'all' ? 0 : bytes.byteLength >> 1;
        for (let at = from; at < bytes.byteLength; at++) bytes[at] = random.between(0, 255);
        writeFileSync(log, bytes);
      }
      await using server = await startLadingHere({ root });
      await readBack(server, ledger);
    }
  });
});

/** More is pushed, then the process ends without closing anything. */
async function crash(root: string, ledger: Ledger): Promise<void> {
  await using server = await startLading({ root });
  const agent = new Agent({ keepAlive: true });
  const client = { port: server.port, ledger, random: createRandom(8), agent, client: 'later' };
  let left = 5;
  await runClient({ ...client, uploads: [], unexpected: [] }, () => left-- === 0);
  agent.destroy();
  await server.kill();
}

function damageSomewhere(file: string, random: Random): string {
  const bytes = readFileSync(file);
  const at = random.between(0, bytes.byteLength - 1);
  const count = random.pick([1, 16, 512, 4096, 40_000]);
  const kind = random.pick(['noise', 'zeros', 'cut', 'page of another place'] as const);
  if (kind === 'cut') truncateSync(file, at);
  else {
    const end = Math.min(bytes.byteLength, at + count);
    if (kind === 'noise') for (let i = at; i < end; i++) bytes[i] = random.between(0, 255);
    else if (kind === 'zeros') bytes.fill(0, at, end);
    else {
      const pages = bytes.byteLength / 4096;
      const [from, to] = [random.between(0, pages - 1), random.between(0, pages - 1)];
      bytes.copy(bytes, to * 4096, from * 4096, (from + 1) * 4096);
    }
    writeFileSync(file, bytes);
  }
  return `${kind} at ${at}, ${count} bytes`;
}

/** Whatever the damage is, the program says so in the protocol's or an operator's words. */
async function useDamaged(root: string, ledger: Ledger): Promise<string> {
  let server: Awaited<ReturnType<typeof startLadingHere>>;
  try {
    server = await startLadingHere({ root });
  } catch (error) {
    // Where the schema's own table is hit, it may look like one of another version.
    assert.match(String((error as { code?: string }).code), /^database-(corrupt|newer)$/, String(error));
    assert.match(String(error), /lading rebuild/);
    return 'refused to start';
  }
  await using running = server;
  let failed = 0;
  for (const name of ledger.names()) {
    const [kind, repository, reference] = name.split(' ');
    const path = `/v2/${repository}/${kind === 'blob' ? 'blobs' : 'manifests'}/${reference}`;
    // What is no value of its type may show only when the answer has begun; then it is cut.
    const answer = await ask(running, `GET ${path}`).catch(() => undefined);
    if (answer?.status === 200 || answer?.status === 404) continue;
    failed += 1;
    if (answer === undefined) continue;
    assert.match(String(answer.errorCode()), /^(UNKNOWN|UNAVAILABLE)$/, answer.body.toString());
    assert.doesNotMatch(answer.body.toString(), /\bat .*\.ts|SQL|node:/);
  }
  // A check says what it finds, or that it cannot read.
  const { code, err } = await runLading(['check', '--root', root]);
  assert.ok(code === 0 || code === 1);
  assert.doesNotMatch(err, /fault of Lading/);
  return failed > 0 ? 'answered with errors' : code === 0 ? 'unharmed' : 'found by check';
}

async function rebuildAndReadBack(root: string, ledger: Ledger): Promise<void> {
  const { code, err } = await runLading(['rebuild', '--root', root]);
  assert.equal(code, 0, err);
  await using server = await startLadingHere({ root });
  await readBack(server, ledger);
  await assertCheckClean(root);
}
