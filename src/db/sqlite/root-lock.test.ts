import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { DbError } from '../db-error.ts';
import { acquireRootLock } from './root-lock.ts';

const isRefused = (error: unknown) => error instanceof DbError && error.code === 'root-in-use';

/** A process of its own that holds the lock until it is killed. */
async function holdElsewhere(file: string) {
  const module = JSON.stringify(new URL('./root-lock.ts', import.meta.url).href);
  const program = `const { acquireRootLock } = await import(${module});
    const lock = await acquireRootLock(process.argv[1]);
    console.log('held'); setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.equal(String((await once(child.stdout, 'data'))[0]).trim(), 'held');
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('one holder at a time; after release the next', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lading', 'lock.db');
  const lock = await acquireRootLock(file);
  await assert.rejects(acquireRootLock(file), isRefused);
  lock.release();
  lock.release();
  (await acquireRootLock(file)).release();
});

test('another process is refused, and says which folder is in use', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lading', 'lock.db');
  await using _ = await holdElsewhere(file);
  await assert.rejects(acquireRootLock(file), (error: unknown) => {
    assert.ok(isRefused(error));
    assert.ok(String(error).includes(folder.path));
    return true;
  });
});

test('kill -9 of the holder frees the lock and leaves no journal behind', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lading', 'lock.db');
  {
    await using _ = await holdElsewhere(file);
  }
  (await acquireRootLock(file)).release();
  assert.deepEqual(await readdir(join(folder.path, 'lading')), ['lock.db']);
});

test('a place where no file can be made → database-unavailable', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'garbage'), 'no database, but long enough to be looked at '.repeat(100));
  await assert.rejects(
    acquireRootLock(folder.path),
    (error: unknown) => error instanceof DbError && error.code === 'database-unavailable',
  );
  await assert.rejects(
    acquireRootLock(join(folder.path, 'garbage')),
    (error: unknown) => error instanceof DbError && error.code === 'database-unavailable',
  );
});
