import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { acquireRootLock } from '../db/index.ts';
import { hashPassword } from '../identity/index.ts';
import { temporaryFolder } from '../testing/index.ts';
import { parseJsonLines, runLading } from './suite/run-lading.ts';

const PASSWORD = 'correct horse battery\n';

test('the first administrator is made before the registry was ever started', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  const made = await runLading(['admin', 'create', 'alice', '--root', root], { input: PASSWORD });
  assert.equal(made.err, '');
  assert.equal(made.code, 0);
  const { out } = await runLading(['admin', 'list', '--json', '--root', root]);
  assert.deepEqual(parseJsonLines(out), [
    { name: 'alice', is_administrator: true, disabled: false, two_factor: false },
  ]);
  const again = await runLading(['admin', 'create', 'alice', '--root', root], { input: PASSWORD });
  assert.equal(again.code, 1);
  assert.match(again.err, /alice is taken/);
});

test('create says how to start, or what in the configuration is in the way of accounts', async () => {
  await using folder = await temporaryFolder();
  const root = ['--root', folder.path];
  const made = await runLading(['admin', 'create', 'alice', ...root], { input: PASSWORD });
  assert.match(made.out, new RegExp(`lading serve --root ${folder.path}\n$`));
  const env = {
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: 'x',
    REGISTRY_AUTH_HTPASSWD_PATH: join(folder.path, 'htpasswd'),
  };
  const { out } = await runLading(['admin', 'create', 'bob', ...root], { input: PASSWORD, env });
  assert.match(out, /no accounts as long as the configuration has auth\.htpasswd/);
});

for (const [what, name, input] of [
  ['a reserved name', 'admin', PASSWORD],
  ['a name that cannot be', 'Alice', PASSWORD],
  ['a short password', 'alice', 'short\n'],
] as const) {
  test(`create refuses ${what} with a sentence`, async () => {
    await using folder = await temporaryFolder();
    const { code, err } = await runLading(['admin', 'create', name, '--root', folder.path], { input });
    assert.notEqual(code, 0);
    assert.match(err, /^lading: [^\n]+\n$/);
  });
}

test('a lost password is set again, but not for nobody', async () => {
  await using folder = await temporaryFolder();
  const root = ['--root', folder.path];
  await runLading(['admin', 'create', 'alice', ...root], { input: PASSWORD });
  const set = await runLading(['admin', 'passwd', 'alice', '--reset-two-factor', ...root], {
    input: 'another long one\n',
  });
  assert.equal(set.code, 0, set.err);
  const nobody = await runLading(['admin', 'passwd', 'zoe', ...root], { input: PASSWORD });
  assert.match(nobody.err, /There is no user zoe/);
});

test('while a server has the root it says which commands ask that server', async () => {
  await using folder = await temporaryFolder();
  const lock = await acquireRootLock(join(folder.path, 'lading', 'lock.db'));
  try {
    const { code, err } = await runLading(['admin', 'create', 'alice', '--root', folder.path], {
      input: PASSWORD,
    });
    assert.equal(code, 1);
    assert.match(err, /lading user create, lading user password-link/);
  } finally {
    lock.release();
  }
});

test('users of a password file are imported, and what cannot be is named', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'htpasswd');
  const hash = await hashPassword('secret', 4);
  await writeFile(file, `bob:${hash}\nCarol:${hash}\nv2:${hash}\nold:$apr1$abc$def\n`);
  const { code, out, err } = await runLading(['admin', 'import-htpasswd', file, '--root', folder.path]);
  assert.equal(code, 1);
  assert.match(out, /^1 of 4 users imported/);
  for (const name of ['Carol', 'v2', 'old']) assert.match(err, new RegExp(`^${name} was left out: `, 'm'));
  const { out: listed } = await runLading(['admin', 'list', '--root', folder.path]);
  assert.match(listed, /^bob/m);
  const warning = /There is no administrator, and so there are no accounts yet/;
  assert.match(err, warning);
  await runLading(['admin', 'create', 'alice', '--root', folder.path], { input: PASSWORD });
  const again = await runLading(['admin', 'import-htpasswd', file, '--root', folder.path]);
  assert.doesNotMatch(again.err, warning);
});
