import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import bcrypt from 'bcrypt';
import { skipWithout } from '../testing/skip-without.ts';
import { hashPassword, removeHtpasswdUser, setHtpasswdUser } from './index.ts';
import { parseHtpasswd } from './parse-htpasswd.ts';

async function createFile(context: TestContext, content?: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'lading-htpasswd-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'users');
  if (content !== undefined) await writeFile(path, content);
  return { folder, path };
}

const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n');

test('the first user makes a file that its owner alone can read', async (context) => {
  const { folder, path } = await createFile(context);
  await setHtpasswdUser({ path, user: 'ann', password: 'secret' });
  assert.match(await readFile(path, 'utf8'), /^ann:\$2y\$10\$[./A-Za-z0-9]{53}\n$/);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ['users']);
});

const skip = skipWithout('htpasswd', '-nbB', 'a', 'b');

test('htpasswd -v agrees with the file', { skip }, async (context) => {
  const { path } = await createFile(context);
  await setHtpasswdUser({ path, user: 'ann', password: 'grün' });
  execFileSync('htpasswd', ['-vb', path, 'ann', 'grün'], { stdio: 'ignore' });
});

test('a new password replaces the line of the user and leaves every other byte alone', async (context) => {
  const others = Buffer.concat([Buffer.from('# Küche\n\nbob:x\nann:old\n'), Buffer.from([0xe4, 0xa0])]);
  const { path } = await createFile(context, Buffer.concat([others, Buffer.from(':y\r\nann:older\n#end')]));
  await setHtpasswdUser({ path, user: 'ann', password: 'secret' });
  const bytes = await readFile(path);
  const text = bytes.toString('latin1').replace(/\$2y\$10\$[^\n]{53}/, 'new');
  assert.equal(text, `${Buffer.from('# Küche\n\nbob:x\nann:new\n').toString('latin1')}\xe4\xa0:y\r\n#end\n`);
});

test('a user is added at the end, also where the last line has no end', async (context) => {
  const { path } = await createFile(context, 'bob:x');
  await setHtpasswdUser({ path, user: 'ännchen', password: 'secret' });
  assert.deepEqual([...parseHtpasswd(await readFile(path, 'utf8'), path).users.keys()], ['bob', 'ännchen']);
  await setHtpasswdUser({ path, user: 'ännchen', password: 'other' });
  assert.equal((await linesOf(path)).length, 3);
});

test('mode and symbolic link of the file stay', async (context) => {
  const { folder, path } = await createFile(context, 'bob:x\n');
  await chmod(path, 0o640);
  const link = join(folder, 'link');
  await symlink('users', link);
  await setHtpasswdUser({ path: link, user: 'ann', password: 'secret' });
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.equal((await stat(path)).mode & 0o777, 0o640);
  assert.equal((await linesOf(path)).length, 3);
});

test('a removed user is gone from all lines, and removing nobody changes nothing', async (context) => {
  const { path } = await createFile(context, 'ann:a\n# ann:b\nbob:x\nann:c\n');
  assert.equal(await removeHtpasswdUser({ path, user: 'ann' }), true);
  assert.equal(await readFile(path, 'utf8'), '# ann:b\nbob:x\n');
  const before = await stat(path);
  assert.equal(await removeHtpasswdUser({ path, user: 'ann' }), false);
  assert.equal((await stat(path)).ino, before.ino);
});

test('removing from a missing file finds nobody and makes no file', async (context) => {
  const { folder, path } = await createFile(context);
  assert.equal(await removeHtpasswdUser({ path, user: 'ann' }), false);
  assert.deepEqual(await readdir(folder), []);
});

test('a failed write leaves the file as it was and nothing beside it', async (context) => {
  const { folder, path } = await createFile(context);
  await assert.rejects(setHtpasswdUser({ path: join(path, 'x'), user: 'ann', password: 'secret' }), {
    name: 'IdentityError',
    code: 'htpasswd-unreadable',
  });
  assert.deepEqual(await readdir(folder), []);
});

const badUsers = ['', 'a:b', 'a\nb', 'a\0', '\u0085', '#ann', ' ann', 'ann ', 'é'.repeat(128)];

for (const user of badUsers) {
  test(`the user name ${JSON.stringify(user.slice(0, 10))} is refused`, async (context) => {
    const { folder, path } = await createFile(context);
    await assert.rejects(setHtpasswdUser({ path, user, password: 'secret' }), { code: 'user-invalid' });
    await assert.rejects(removeHtpasswdUser({ path, user }), { code: 'user-invalid' });
    assert.deepEqual(await readdir(folder), []);
  });
}

test('a user name of 255 bytes is taken', async (context) => {
  const { path } = await createFile(context);
  const user = `${'é'.repeat(127)}x`;
  await setHtpasswdUser({ path, user, password: 'secret' });
  assert.ok(parseHtpasswd(await readFile(path, 'utf8'), path).users.has(user));
});

const badPasswords: readonly [title: string, password: string, message: RegExp][] = [
  ['an empty one', '', /empty/],
  ['73 bytes', 'x'.repeat(73), /73 bytes.*72/],
  ['73 bytes in fewer characters', `${'€'.repeat(24)}x`, /73 bytes/],
  ['a line end', 'secret\n', /control character/],
];

for (const [title, password, message] of badPasswords) {
  test(`as a password, ${title} is refused with the reason and without repeating it`, async () => {
    await assert.rejects(hashPassword(password, 4), (error: Error & { code: string }) => {
      assert.equal(error.code, 'password-invalid');
      assert.match(error.message, message);
      assert.ok(password === '' || !error.message.includes(password));
      return true;
    });
  });
}

test('72 bytes are hashed whole', async () => {
  const hash = await hashPassword('x'.repeat(72), 4);
  assert.match(hash, /^\$2y\$04\$/);
  assert.equal(await bcrypt.compare('x'.repeat(72), hash.replace('$2y', '$2b')), true);
  assert.equal(await bcrypt.compare('x'.repeat(71), hash.replace('$2y', '$2b')), false);
});
