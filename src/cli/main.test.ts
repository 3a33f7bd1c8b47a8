import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startTestServer } from '../testing/index.ts';
import { runLading, spawnLading } from './suite/run-lading.ts';

describe('lading', () => {
  it('explains itself, every command of it, on standard output', async () => {
    const { code, out, err } = await spawnLading(['--help']);
    assert.equal(code, 0);
    assert.equal(err, '');
    const commands = [...out.matchAll(/^ {2}(\w+) (?:\[options\]|[<[]\w| {2,}\w)/gm)].map(
      (match) => match[1] ?? '',
    );
    assert.ok(
      commands.includes('serve') && commands.includes('whoami') && commands.length > 22,
      commands.join(),
    );
    for (const command of commands.filter((name) => name !== 'help')) {
      const help = await runLading(['help', command]);
      assert.equal(help.code, 0);
      assert.match(help.out, /Examples:\n {2}\S/, command);
    }
  });

  it('tells its version', async () => {
    assert.match((await spawnLading(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  });

  for (const [args, message] of [
    [['lss'], /unknown command 'lss'\n\(Did you mean ls\?\)/],
    [['ls', '--jsno'], /unknown option '--jsno'\n\(Did you mean --json\?\)/],
    [['ls', 'a', 'b'], /too many arguments/],
    [['rm'], /missing required argument 'ref'/],
    [[], /Usage: lading/],
  ] as const) {
    it(`answers ${JSON.stringify(args)} on standard error and exits with 2`, async () => {
      const { code, out, err } = await runLading(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, message);
    });
  }

  for (const command of [
    ['ls'],
    ['inspect', 'x'],
    ['rm', 'x:1'],
    ['check'],
    ['check', '--repair'],
    ['rebuild'],
  ]) {
    it(`lading ${command.join(' ')} says that there is nothing, and makes nothing`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'lading-cli-'));
      const missing = join(folder, 'missing');
      const absent = await runLading([...command, '--root', missing]);
      assert.equal(absent.code, 1);
      assert.match(absent.err, /^lading: There is no folder .*missing\. Say with --root [^\n]*\n$/);

      const empty = join(folder, 'empty');
      await mkdir(empty, { recursive: true });
      const nothing = await runLading([...command, '--root', empty]);
      assert.equal(nothing.code, 1);
      assert.match(nothing.err, /^lading: There is no registry in .*empty\. Say with --root [^\n]*\n$/);

      assert.deepEqual(await readdir(folder), ['empty']);
      assert.deepEqual(await readdir(empty), []);
      await rm(folder, { recursive: true });
    });
  }

  for (const command of [['ls'], ['inspect', 'x'], ['rm', 'x:1'], ['check'], ['check', '--repair']]) {
    it(`lading ${command.join(' ')} leaves a volume of registry:2 alone that was not read yet, and says what to run`, async () => {
      const root = await mkdtemp(join(tmpdir(), 'lading-cli-'));
      try {
        await mkdir(join(root, 'docker/registry/v2/blobs'), { recursive: true });
        const { code, err } = await runLading([...command, '--root', root]);
        assert.equal(code, 1);
        assert.match(
          err,
          /volume of registry:2 .* First run, or wait for: lading serve --root .* \(or lading rebuild\)\n$/,
        );
        assert.deepEqual(await readdir(root), ['docker']);
      } finally {
        await rm(root, { recursive: true });
      }
    });
  }

  it('says that a registry in memory cannot be seen from outside', async () => {
    const { code, err } = await runLading(['ls'], { env: { REGISTRY_STORAGE: 'inmemory' } });
    assert.equal(code, 1);
    assert.match(err, /^lading: The configuration keeps everything in the memory of the server/);
  });

  it('says what is wrong with a database that is none, without a stack trace', async () => {
    const root = await mkdtemp(join(tmpdir(), 'lading-cli-'));
    try {
      await mkdir(join(root, 'lading'));
      await writeFile(
        join(root, 'lading/lading.db'),
        'this is no database, but it is long enough'.repeat(100),
      );
      const { code, err } = await spawnLading(['ls', '--root', root]);
      assert.equal(code, 1);
      assert.match(err, /^lading: The database .* is damaged .* lading rebuild\n$/);
      const debug = await runLading(['ls', '--root', root], { env: { LADING_DEBUG: '1' } });
      assert.match(debug.err, /\n {4}at /);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('takes no volume of registry:2 for whole that was read in part only', async () => {
    await using server = await startTestServer();
    const { code, out, err } = await runLading(['ls', '--root', server.root]);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /volume of registry:2 that Lading has not read to its end/);
  });
});
