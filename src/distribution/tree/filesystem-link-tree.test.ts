import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { digestOf, parseRepositoryName, parseTag } from '../../oci/index.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { createFilesystemLinkTree } from './filesystem-link-tree.ts';
import { type LinkKey, linkLayout } from './link-layout.ts';
import { readLink } from './read-link.ts';

const repository = parseRepositoryName('app');
const target = digestOf('sha256', Buffer.from('x'));
const at = Date.UTC(2024, 5, 6, 7, 8, 9, 123);
const layer: LinkKey = { kind: 'layer', digest: target };
const latest: LinkKey = { kind: 'tag', tag: parseTag('latest') };

async function place(key: LinkKey = layer) {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  return Object.assign(folder, {
    root,
    path: linkLayout(root).linkPath(repository, key),
    tree: createFilesystemLinkTree({ root }),
  });
}

describe('link files', () => {
  test('a link holds the digest alone and the time of its fact, to the millisecond', async () => {
    await using under = await place();
    await under.tree.put(repository, layer, { target, at });
    assert.equal(await readFile(under.path, 'latin1'), target);
    assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
    assert.deepEqual(await readdir(dirname(under.path)), ['link']);
    await under.tree.put(repository, layer, { target, at: at + 1 });
    assert.deepEqual(await readLink(under.path), { target, modifiedAt: at + 1 });
  });

  const obstacles: [string, (path: string) => Promise<unknown>][] = [
    ['what a crash left of an attempt', (path) => writeFile(join(dirname(path), 'link.lading'), 'sha2')],
    ['an empty link', (path) => writeFile(path, '')],
    ['a link of nonsense', (path) => writeFile(path, 'x'.repeat(10_000))],
    ['another link', (path) => writeFile(path, digestOf('sha256', Buffer.from('y')))],
    ['a symbolic link', (path) => symlink('/etc/passwd', path)],
    ['a pipe that nobody writes to', async (path) => execFileSync('mkfifo', [path])],
  ];
  for (const [title, obstacle] of obstacles) {
    test(`${title} gives way`, async () => {
      await using under = await place();
      await mkdir(dirname(under.path), { recursive: true });
      await obstacle(under.path);
      await under.tree.put(repository, layer, { target, at });
      assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
      assert.ok((await stat(under.path)).isFile());
      assert.deepEqual(await readdir(dirname(under.path)), ['link']);
    });
  }

  test('a tag that went and came again, by hand or by us, is written whole', async () => {
    await using under = await place(latest);
    for (const remove of [
      () => under.tree.remove(repository, latest),
      () => rm(linkLayout(under.root).repositoryDir(repository), { recursive: true }),
    ]) {
      await under.tree.put(repository, latest, { target, at });
      await remove();
      assert.equal(await readLink(under.path), undefined);
      await under.tree.put(repository, latest, { target, at });
      assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
    }
  });

  test('removing what is not there does nothing', async () => {
    await using under = await place();
    await under.tree.remove(repository, layer);
    await under.tree.remove(repository, latest);
    await assert.rejects(readdir(under.root), { code: 'ENOENT' });
  });

  test('a file in the place of a directory is a TreeError that names the place', async () => {
    await using under = await place();
    const base = linkLayout(under.root).repositoriesDir;
    await mkdir(base, { recursive: true });
    await writeFile(join(base, 'app'), '');
    await assert.rejects(under.tree.put(repository, layer, { target, at }), (error: Error) => {
      assert.equal(error.name, 'TreeError');
      assert.ok(error.message.includes(under.path), error.message);
      return true;
    });
  });
});
