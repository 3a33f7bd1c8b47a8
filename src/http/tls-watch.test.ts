import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { createMiniCa, type IssuedCertificate, type MiniCa, miniCaSkip } from '../testing/mini-ca.ts';
import { createRecordingLog } from '../testing/recording-log.ts';
import { type LoadedTls, loadTlsContext, type TlsSettings } from './tls-context.ts';
import { watchTlsFiles } from './tls-watch.ts';

describe('watching TLS files', { skip: miniCaSkip }, () => {
  let ca: MiniCa;
  let first: IssuedCertificate;
  let second: IssuedCertificate;
  let paths: IssuedCertificate;

  before(() => {
    ca = createMiniCa();
    first = ca.issue('first');
    second = ca.issue('second');
    paths = { certificate: join(ca.folder, 'tls.crt'), key: join(ca.folder, 'tls.key') };
  });
  after(() => ca[Symbol.dispose]());
  beforeEach(() => install(first));

  function install(issued: Partial<IssuedCertificate>): void {
    if (issued.certificate) copyFileSync(issued.certificate, paths.certificate);
    if (issued.key) copyFileSync(issued.key, paths.key);
  }

  async function watch(context: TestContext, files: IssuedCertificate = paths) {
    const { log, lines } = createRecordingLog();
    const settings: TlsSettings = {
      ...files,
      clientCas: [],
      clientAuth: 'require-and-verify-client-cert',
      minimumTls: 'tls1.2',
    };
    const clock = { now: () => Date.now() };
    const loaded = await loadTlsContext({ settings, clock, log });
    const changes: LoadedTls[] = [];
    const watched = watchTlsFiles({
      settings,
      loaded,
      intervalMs: 3_600_000,
      onChange: (change) => changes.push(change),
      clock,
      log,
    });
    context.after(() => watched[Symbol.asyncDispose]());
    return { check: watched.check, changes, lines };
  }

  it('says nothing while nothing changes', async (context) => {
    const { check, changes, lines } = await watch(context);
    await check();
    install(first);
    await check();
    assert.deepEqual([changes, lines], [[], []]);
  });

  it('tells of a new pair once', async (context) => {
    const { check, changes } = await watch(context);
    install(second);
    await check();
    await check();
    assert.deepEqual(
      changes.map(({ context: { cert } }) => cert),
      [readFileSync(second.certificate)],
    );
  });

  it('looks by itself every interval', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { check, changes } = await watch(context);
    install(second);
    context.mock.timers.tick(3_600_000);
    await check(); // Joins the look that the timer began.
    assert.equal(changes.length, 1);
  });

  for (const [begun, rest] of [
    ['certificate', 'key'],
    ['key', 'certificate'],
  ] as const) {
    it(`keeps the old pair while only the new ${begun} is there, logs that once, and takes the whole`, async (context) => {
      const { check, changes, lines } = await watch(context);
      install({ [begun]: second[begun] });
      await check();
      await check();
      assert.deepEqual(changes, []);
      assert.deepEqual(
        lines.map(({ level }) => level),
        ['error'],
      );
      assert.match(lines[0]?.text ?? '', /tls\.key is not the key of/);
      install({ [rest]: second[rest] });
      await check();
      assert.equal(changes.length, 1);
      assert.equal(lines.at(-1)?.level, 'info');
    });
  }

  it('keeps the old pair while files are gone, and logs it again when that happens again', async (context) => {
    const { check, changes, lines } = await watch(context);
    for (const times of [1, 2]) {
      unlinkSync(paths.key);
      await check();
      await check();
      assert.equal(lines.length, times);
      install(first);
      await check();
    }
    assert.deepEqual(changes, []);
  });

  it('sees the swap of a directory behind a symbolic link, as Kubernetes does it', async (context) => {
    for (const [name, issued] of Object.entries({ one: first, two: second })) {
      mkdirSync(join(ca.folder, name));
      copyFileSync(issued.certificate, join(ca.folder, name, 'tls.crt'));
      copyFileSync(issued.key, join(ca.folder, name, 'tls.key'));
    }
    const data = join(ca.folder, '..data');
    symlinkSync('one', data);
    const { check, changes } = await watch(context, {
      certificate: join(data, 'tls.crt'),
      key: join(data, 'tls.key'),
    });
    symlinkSync('two', `${data}.new`);
    renameSync(`${data}.new`, data);
    await check();
    assert.equal(changes.length, 1);
  });

  it('never logs what is in the key', async (context) => {
    const { check, lines } = await watch(context);
    const secret = readFileSync(first.key, 'utf8').split('\n')[1] ?? 'none';
    copyFileSync(first.key, paths.certificate);
    await check();
    install({ ...second, key: first.key });
    await check();
    assert.equal(lines.length, 2);
    for (const { text } of lines) assert.ok(!text.includes(secret), text);
  });
});
