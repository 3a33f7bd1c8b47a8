import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openHtpasswdFile } from '../identity/index.ts';
import { silentLogger, systemClock } from '../kernel/index.ts';
import { runLading, spawnLading } from './suite/run-lading.ts';

const here = { remoteAddress: '192.0.2.1' };

describe('lading htpasswd', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-cli-'));
    file = join(folder, 'htpasswd');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('sets a password from standard input, without its line end, as a bcrypt hash', async () => {
    const { code, out } = await spawnLading(['htpasswd', file, 'alice'], { input: 'correct horse\n' });
    assert.equal(code, 0);
    assert.match(out, /^alice can log in/);
    assert.match(await readFile(file, 'utf8'), /^alice:\$2y\$\d\d\$[^\n]+\n$/);
    const verifier = await openHtpasswdFile({ path: file, clock: systemClock, log: silentLogger });
    assert.ok(await verifier.verify({ user: 'alice', password: 'correct horse' }, here));
    assert.ok(!(await verifier.verify({ user: 'alice', password: 'correct horse\n' }, here)));
  });

  it('removes a user, and says when there is none', async () => {
    await runLading(['htpasswd', file, 'alice'], { input: 'secret' });
    assert.equal((await runLading(['htpasswd', file, 'alice', '--remove'])).code, 0);
    assert.ok(!(await readFile(file, 'utf8')).includes('alice'));
    const again = await runLading(['htpasswd', file, 'alice', '--remove']);
    assert.equal(again.code, 1);
    assert.match(again.err, /^lading: There is no user alice in /);
  });

  for (const [what, user, input] of [
    ['an empty password', 'alice', ''],
    ['a password of two lines', 'alice', 'one\ntwo\n'],
    ['far too much for a password', 'alice', 'x'.repeat(100_000)],
    ['a user name with a colon', 'al:ice', 'secret'],
  ] as const) {
    it(`refuses ${what} and makes no file`, async () => {
      const { code, err } = await runLading(['htpasswd', file, user], { input });
      assert.notEqual(code, 0);
      assert.match(err, /^lading: [^\n]+\n$/);
      assert.ok(!existsSync(file));
    });
  }
});
