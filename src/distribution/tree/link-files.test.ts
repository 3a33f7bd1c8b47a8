import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { createLinkFiles, type FileChange } from './link-files.ts';

const at = Date.UTC(2024, 5, 6, 7, 8, 9, 123);
const target = `sha256:${'a'.repeat(64)}`;

/** What is below `top`; directories are synced into `synced`, those in `failing` fail. */
async function place() {
  const folder = await temporaryFolder();
  const synced: string[] = [];
  const failing = new Set<string>();
  const { write } = createLinkFiles({
    top: folder.path,
    syncDirectory(directory) {
      const name = relative(folder.path, directory);
      if (failing.has(name)) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      synced.push(name);
    },
  });
  const toPut = (...paths: string[]): FileChange => ({
    paths: paths.map((path) => join(folder.path, path)),
    target,
    at,
  });
  const toRemove = (removed: string, kept?: string): FileChange => ({
    removed: join(folder.path, removed),
    ...(kept !== undefined && { kept: join(folder.path, kept) }),
  });
  return Object.assign(folder, {
    failing,
    toPut,
    toRemove,
    /** The directories that these changes had synced, and which changes failed. */
    write(...changes: FileChange[]) {
      synced.length = 0;
      const codes = write(changes).map((error) => error?.code);
      return { codes, synced: synced.toSorted() };
    },
  });
}

describe('a batch of links', () => {
  test('has each directory synced once, and those above only until they are known to be durable', async () => {
    await using under = await place();
    const { toPut, write } = under;
    assert.deepEqual(write(toPut('r/l/1/link'), toPut('r/l/2/link')), {
      codes: [undefined, undefined],
      synced: ['', 'r', 'r/l', 'r/l/1', 'r/l/2'],
    });
    assert.deepEqual(write(toPut('r/l/3/link'), toPut('r/m/4/link')).synced, [
      'r',
      'r/l',
      'r/l/3',
      'r/m',
      'r/m/4',
    ]);
    rmSync(join(under.path, 'r'), { recursive: true });
    assert.deepEqual(write(toPut('r/l/5/link')).synced, ['', 'r', 'r/l', 'r/l/5'], 'r is another one now');
  });

  test('has the directory of a link synced that was right already', async () => {
    await using under = await place();
    const { toPut, write } = under;
    write(toPut('r/l/1/link'));
    assert.deepEqual(write(toPut('r/l/1/link'), toPut('r/l/1/link')).synced, ['r/l', 'r/l/1']);
  });

  test('a directory that cannot be synced fails the links that need it, and is synced with the next batch', async () => {
    await using under = await place();
    const { failing, toPut, toRemove, write } = under;
    write(toPut('r/l/0/link'), toPut('r/m/0/link'));
    failing.add('r/l');
    const changes = [toPut('r/l/1/link'), toPut('r/m/2/link'), toRemove('r/l/0'), toPut('r/l/3/link')];
    const damaged = 'tree-damaged';
    assert.deepEqual(write(...changes).codes, [damaged, undefined, damaged, damaged]);
    failing.clear();
    const again = write(...changes);
    assert.deepEqual(again.codes, [undefined, undefined, undefined, undefined]);
    assert.ok(again.synced.includes('r/l'));
  });

  test('a directory above that could not be synced is not taken for durable', async () => {
    await using under = await place();
    const { failing, toPut, write } = under;
    failing.add('');
    assert.deepEqual(write(toPut('r/l/1/link'), toPut('s/l/1/link')).codes, ['tree-damaged', 'tree-damaged']);
    failing.clear();
    assert.ok(write(toPut('r/l/1/link')).synced.includes(''));
  });

  test('what was made before a link failed is synced when it is written after all', async () => {
    await using under = await place();
    const { toPut, toRemove, write } = under;
    write(toPut('r/t/x/i/1/link', 'r/t/x/c/link'));
    write(toRemove('r/t/x'));
    // A directory is in the way of the second link.
    mkdirSync(join(under.path, 'r/u/c/link.lading'), { recursive: true });
    assert.deepEqual(write(toPut('r/t/x/i/1/link', 'r/u/c/link')).codes, ['tree-damaged']);
    const { codes, synced } = write(toPut('r/t/x/i/1/link', 'r/t/x/c/link'));
    assert.deepEqual(codes, [undefined]);
    assert.ok(synced.includes('r/t'), 'the new r/t/x is an entry of it');
  });

  test('a directory to be kept is made, and synced also when it was there', async () => {
    await using under = await place();
    const { toRemove, write } = under;
    for (let time = 0; time < 2; time += 1) {
      const { codes, synced } = write(toRemove('r/m/revisions/1/link', 'r/m/revisions'));
      assert.deepEqual(codes, [undefined]);
      for (const directory of ['r/m', 'r/m/revisions']) assert.ok(synced.includes(directory), directory);
    }
  });

  test('what is removed goes with all that is in it, but not what a symbolic link leads to', async () => {
    await using under = await place();
    await using elsewhere = await place();
    elsewhere.write(elsewhere.toPut('kept/link'));
    const { toPut, toRemove, write } = under;
    write(toPut('r/t/x/i/1/link', 'r/t/x/c/link'));
    symlinkSync(join(elsewhere.path, 'kept'), join(under.path, 'r/t/x/away'));
    symlinkSync(join(elsewhere.path, 'kept'), join(under.path, 'r/t/y'));
    assert.deepEqual(write(toRemove('r/t/x'), toRemove('r/t/y')), {
      codes: [undefined, undefined],
      synced: ['r/t'],
    });
    assert.ok(!existsSync(join(under.path, 'r/t/x')) && !existsSync(join(under.path, 'r/t/y')));
    assert.equal(readFileSync(join(elsewhere.path, 'kept/link'), 'latin1'), target);
  });
});
