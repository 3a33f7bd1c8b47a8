import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import bcrypt from 'bcrypt';
import { createRecordingLog } from '../testing/recording-log.ts';
import { skipWithout } from '../testing/skip-without.ts';
import { openHtpasswdFile } from './index.ts';

const here = { remoteAddress: '192.0.2.1' };

/** bcrypt's cheapest, so that tests are quick. */
const cheapHash = async (password: string) => `$2y${(await bcrypt.hash(password, 4)).slice(3)}`;

async function createScene(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'lading-htpasswd-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'htpasswd');
  const time = { ms: 0 };
  const recording = createRecordingLog();
  const replace = async (content: string) => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  return {
    folder,
    path,
    time,
    lines: recording.lines,
    replace,
    open: () => openHtpasswdFile({ path, clock: { now: () => time.ms }, log: recording.log }),
  };
}

const skip = skipWithout('htpasswd', '-nbB', 'a', 'b');

test('a file of htpasswd -B is understood', { skip }, async (context) => {
  const scene = await createScene(context);
  execFileSync('htpasswd', ['-cbB', scene.path, 'ann', 'correct horse'], { stdio: 'ignore' });
  execFileSync('htpasswd', ['-bB', '-C', '6', scene.path, 'bob', 'grün'], { stdio: 'ignore' });
  const users = await scene.open();
  assert.deepEqual(await users.verify({ user: 'ann', password: 'correct horse' }, here), { name: 'ann' });
  assert.deepEqual(await users.verify({ user: 'bob', password: 'grün' }, here), { name: 'bob' });
  assert.equal(await users.verify({ user: 'ann', password: 'grün' }, here), undefined);
  assert.equal(await users.verify({ user: 'ann', password: '' }, here), undefined);
});

for (const kind of ['$2y', '$2a', '$2b']) {
  test(`${kind}$ hashes verify`, async (context) => {
    const scene = await createScene(context);
    await scene.replace(`ann:${(await cheapHash('secret')).replace('$2y', kind)}\n`);
    const users = await scene.open();
    assert.deepEqual(await users.verify({ user: 'ann', password: 'secret' }, here), { name: 'ann' });
    assert.equal(await users.verify({ user: 'ann', password: 'Secret' }, here), undefined);
  });
}

test('a $2a$ hash of a long password does not match what an old fault of bcrypt made equal to it', async (context) => {
  const scene = await createScene(context);
  const password = '0123456789'.repeat(26);
  await scene.replace(`ann:${(await cheapHash(password)).replace('$2y', '$2a')}\n`);
  const users = await scene.open();
  assert.deepEqual(await users.verify({ user: 'ann', password }, here), { name: 'ann' });
  assert.equal(await users.verify({ user: 'ann', password: '0123' }, here), undefined);
});

test('users with other hashes, or of a cost that would hang the server, fail at once and are warned of by line', async (context) => {
  const scene = await createScene(context);
  const rest = (await cheapHash('secret')).slice(6);
  const md5 = '$apr1$AkJ1Kp5l$ke0.LYc/eow1dyRWoxKJb0';
  await scene.replace(`# users\nann:$2y$31${rest}\nbob:${md5}\ncid:secret\ndan:$2y$04${rest}\n`);
  const users = await scene.open();
  for (const user of ['ann', 'bob', 'cid']) {
    assert.equal(await users.verify({ user, password: 'secret' }, here), undefined);
  }
  assert.deepEqual(await users.verify({ user: 'dan', password: 'secret' }, here), { name: 'dan' });
  assert.deepEqual(
    scene.lines.map(({ level }) => level),
    ['warn'],
  );
  assert.match(scene.lines[0]?.text ?? '', /"lines":\[2,3,4\],"count":3/);
  assert.doesNotMatch(scene.lines[0]?.text ?? '', /secret|ann|AkJ1Kp5l/);
});

test('a file in which nobody can log in is opened, and warned of', async (context) => {
  const scene = await createScene(context);
  await scene.replace('# nobody yet\n');
  const users = await scene.open();
  assert.match(scene.lines[0]?.message ?? '', /nobody can log in.*lading htpasswd/);
  assert.equal(await users.verify({ user: 'ann', password: 'secret' }, here), undefined);
});

test('a missing file stops the start and tells how to make it, and no user is made up', async (context) => {
  const scene = await createScene(context);
  await assert.rejects(scene.open(), {
    name: 'IdentityError',
    code: 'htpasswd-missing',
    message: `${scene.path} does not exist. Make it with its first user: lading htpasswd ${scene.path} USER`,
  });
  assert.deepEqual(scene.lines, []);
});

test('a directory in place of the file, as Docker makes it, stops the start and says so', async (context) => {
  const scene = await createScene(context);
  await mkdir(scene.path);
  await assert.rejects(scene.open(), { code: 'htpasswd-unreadable', message: /is a directory.*Docker/ });
});

test('a named pipe in place of the file is refused, not waited for', {
  skip: process.platform === 'win32',
}, async (context) => {
  const scene = await createScene(context);
  execFileSync('mkfifo', [scene.path]);
  await assert.rejects(scene.open(), { code: 'htpasswd-unreadable', message: /is not a file/ });
});

test('a file over 16 MiB stops the start', async (context) => {
  const scene = await createScene(context);
  await scene.replace('#'.repeat(16 * 1024 * 1024 + 1));
  await assert.rejects(scene.open(), { code: 'htpasswd-unreadable', message: /larger than/ });
});

test('a line without colon stops the start', async (context) => {
  const scene = await createScene(context);
  await scene.replace('hunter2\n');
  await assert.rejects(scene.open(), { code: 'htpasswd-invalid', message: /htpasswd:1: / });
});

test('a changed password counts at the next check, a second later, and the old one no more', async (context) => {
  const scene = await createScene(context);
  await scene.replace(`ann:${await cheapHash('old')}\n`);
  const users = await scene.open();
  assert.ok(await users.verify({ user: 'ann', password: 'old' }, here));
  await scene.replace(`ann:${await cheapHash('new')}\n`);
  scene.time.ms += 999;
  assert.ok(await users.verify({ user: 'ann', password: 'old' }, here));
  scene.time.ms += 1;
  assert.equal(await users.verify({ user: 'ann', password: 'old' }, here), undefined);
  assert.ok(await users.verify({ user: 'ann', password: 'new' }, here));
});

test('a removed user cannot log in any more, though the password was remembered', async (context) => {
  const scene = await createScene(context);
  await scene.replace(`ann:${await cheapHash('secret')}\nbob:${await cheapHash('secret')}\n`);
  const users = await scene.open();
  assert.ok(await users.verify({ user: 'ann', password: 'secret' }, here));
  await scene.replace(`bob:${await cheapHash('secret')}\n`);
  scene.time.ms += 1_000;
  assert.equal(await users.verify({ user: 'ann', password: 'secret' }, here), undefined);
});

test('a change behind a symbolic link is seen, as Kubernetes makes it', async (context) => {
  const scene = await createScene(context);
  for (const version of ['one', 'two']) {
    await mkdir(join(scene.folder, version));
    await writeFile(join(scene.folder, version, 'htpasswd'), `ann:${await cheapHash(version)}\n`);
  }
  await symlink('one', join(scene.folder, '..data'));
  await symlink('..data/htpasswd', scene.path);
  const users = await scene.open();
  assert.ok(await users.verify({ user: 'ann', password: 'one' }, here));
  await symlink('two', join(scene.folder, '..new'));
  await rename(join(scene.folder, '..new'), join(scene.folder, '..data'));
  scene.time.ms += 1_000;
  assert.ok(await users.verify({ user: 'ann', password: 'two' }, here));
  assert.equal(await users.verify({ user: 'ann', password: 'one' }, here), undefined);
});

test('a clock that is set back does not stop the checks', async (context) => {
  const scene = await createScene(context);
  scene.time.ms = 1_000_000;
  await scene.replace(`ann:${await cheapHash('old')}\n`);
  const users = await scene.open();
  await scene.replace(`ann:${await cheapHash('new')}\n`);
  scene.time.ms = 0;
  assert.ok(await users.verify({ user: 'ann', password: 'new' }, here));
});

test('while the file is broken or gone the last good users stay, one error is logged, and repair is seen', async (context) => {
  const scene = await createScene(context);
  await scene.replace(`ann:${await cheapHash('secret')}\n`);
  const users = await scene.open();
  const checkLater = async () => {
    scene.time.ms += 1_000;
    return users.verify({ user: 'ann', password: 'secret' }, here);
  };

  await scene.replace(`bob:${await cheapHash('other')}\nhunter2\n`);
  assert.ok(await checkLater());
  assert.ok(await checkLater());
  assert.equal(await users.verify({ user: 'bob', password: 'other' }, here), undefined);
  assert.deepEqual(
    scene.lines.map(({ level }) => level),
    ['error'],
  );
  assert.match(scene.lines[0]?.text ?? '', /htpasswd:2: /);

  await rename(scene.path, `${scene.path}.away`);
  assert.ok(await checkLater());
  assert.ok(await checkLater());
  assert.deepEqual(
    scene.lines.map(({ level }) => level),
    ['error', 'error'],
  );

  await scene.replace(`bob:${await cheapHash('other')}\n`);
  assert.equal(await checkLater(), undefined);
  assert.ok(await users.verify({ user: 'bob', password: 'other' }, here));
  assert.equal(scene.lines.at(-1)?.level, 'info');
});

test('a file that comes back as it was is in use again, and its next loss is logged again', async (context) => {
  const scene = await createScene(context);
  await scene.replace(`ann:${await cheapHash('secret')}\n`);
  const users = await scene.open();
  for (const [from, to] of [
    ['', '.away'],
    ['.away', ''],
    ['', '.away'],
  ]) {
    await rename(scene.path + from, scene.path + to);
    scene.time.ms += 1_000;
    assert.ok(await users.verify({ user: 'ann', password: 'secret' }, here));
  }
  assert.deepEqual(
    scene.lines.map(({ level }) => level),
    ['error', 'info', 'error'],
  );
});

test('no password and no hash is ever logged', async (context) => {
  const scene = await createScene(context);
  const hash = await cheapHash('hunter2');
  await scene.replace(`ann:${hash}\nbob:hunter2\n`);
  const users = await scene.open();
  for (const broken of [`ann:${hash}\nhunter2\n`, 'hunter2', `${hash}`, `ann:${hash}\nbob:hunter2 \n`]) {
    await scene.replace(broken);
    scene.time.ms += 1_000;
    await users.verify({ user: 'ann', password: 'hunter2' }, here);
    await users.verify({ user: 'hunter2', password: 'hunter2' }, here);
  }
  assert.ok(scene.lines.length >= 4);
  for (const { text } of scene.lines) {
    assert.ok(!text.includes('hunter2') && !text.includes(hash.slice(7)), text);
  }
});

test('an unknown user costs as much as a known one', async (context) => {
  const scene = await createScene(context);
  await scene.replace(`ann:$2y${(await bcrypt.hash('secret', 9)).slice(3)}\nbob:not a hash\n`);
  const users = await scene.open();
  // Of the processor, not by the clock: that goes on while other programs have it.
  const timeOf = async (user: string) => {
    const before = process.cpuUsage();
    await users.verify({ user, password: 'wrong' }, here);
    const { user: inProgram, system } = process.cpuUsage(before);
    return inProgram + system;
  };
  const fastest = async (user: string) =>
    Math.min(await timeOf(user), await timeOf(user), await timeOf(user));
  const known = await fastest('ann');
  for (const user of ['nobody', 'bob']) {
    const ratio = (await fastest(user)) / known;
    assert.ok(ratio > 0.3 && ratio < 3, `${user}: ${ratio}`);
  }
});
