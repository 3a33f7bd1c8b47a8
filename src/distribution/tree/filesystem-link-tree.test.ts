import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import {
  type Digest,
  digestOf,
  parseRepositoryName,
  parseTag,
  type RepositoryName,
} from '../../oci/index.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { createFilesystemLinkTree } from './filesystem-link-tree.ts';
import { type LinkKey, linkLayout } from './link-layout.ts';
import type { LinkChange } from './link-tree.ts';
import { readLink } from './read-link.ts';
import { TreeError } from './tree-error.ts';

const repository = parseRepositoryName('app');
const target = digestOf('sha256', Buffer.from('x'));
const at = Date.UTC(2024, 5, 6, 7, 8, 9, 123);
const layer: LinkKey = { kind: 'layer', digest: target };
const latest: LinkKey = { kind: 'tag', tag: parseTag('latest') };

async function place(key: LinkKey = layer) {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  const tree = createFilesystemLinkTree({ root });
  const write = async (link: LinkChange['link'], of: LinkKey = key) => {
    const [error] = await tree.write([{ repository, key: of, link }]);
    if (error) throw error;
  };
  return Object.assign(folder, {
    root,
    path: linkLayout(root).linkPath(repository, key),
    tree,
    put: (link: { target: Digest; at: number }) => write(link),
    remove: (of: LinkKey = key) => write(undefined, of),
  });
}

describe('link files', () => {
  test('a link holds the digest alone and the time of its fact, to the millisecond', async () => {
    await using under = await place();
    await under.put({ target, at });
    assert.equal(await readFile(under.path, 'latin1'), target);
    assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
    assert.deepEqual(await readdir(dirname(under.path)), ['link']);
    await under.put({ target, at: at + 1 });
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
      await under.put({ target, at });
      assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
      assert.ok((await stat(under.path)).isFile());
      assert.deepEqual(await readdir(dirname(under.path)), ['link']);
    });
  }

  test('a tag that went and came again, by hand or by us, is written whole', async () => {
    await using under = await place(latest);
    for (const remove of [
      () => under.remove(latest),
      () => rm(linkLayout(under.root).repositoryDir(repository), { recursive: true }),
    ]) {
      await under.put({ target, at });
      await remove();
      assert.equal(await readLink(under.path), undefined);
      await under.put({ target, at });
      assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
    }
  });

  test('removing what is not there does nothing', async () => {
    await using under = await place();
    await under.remove();
    await under.remove(latest);
    await assert.rejects(readdir(under.root), { code: 'ENOENT' });
  });

  test('a file in the place of a directory is a TreeError that names the place', async () => {
    await using under = await place();
    const base = linkLayout(under.root).repositoriesDir;
    await mkdir(base, { recursive: true });
    await writeFile(join(base, 'app'), '');
    await assert.rejects(under.put({ target, at }), (error: Error) => {
      assert.equal(error.name, 'TreeError');
      assert.ok(error.message.includes(under.path), error.message);
      return true;
    });
  });

  test('one link that fails does not hold up the others, and the answers say which it was', async () => {
    await using under = await place();
    const [first, last] = ['one', 'two'].map((text) => digestOf('sha256', Buffer.from(text)));
    assert.ok(first && last);
    const layout = linkLayout(under.root);
    const other = parseRepositoryName('other');
    await mkdir(layout.repositoriesDir, { recursive: true });
    await writeFile(join(layout.repositoriesDir, 'other'), '');
    const answers = await under.tree.write([
      { repository, key: { kind: 'layer', digest: first }, link: { target: first, at } },
      { repository: other, key: layer, link: { target, at } },
      { repository: '..' as RepositoryName, key: layer, link: { target, at } },
      { repository, key: { kind: 'revision', digest: last }, link: { target: last, at } },
    ]);
    const codes = answers.map((error) => error && 'code' in error && error.code);
    assert.deepEqual(codes, [undefined, 'tree-damaged', 'database-corrupt', undefined]);
    assert.ok(answers[1] instanceof TreeError);
    assert.match(answers[1].message, /Could not write a link \(ENOTDIR|EEXIST\) at /);
    for (const key of [
      { kind: 'layer', digest: first },
      { kind: 'revision', digest: last },
    ] as const) {
      assert.deepEqual(await readLink(layout.linkPath(repository, key)), {
        target: key.digest,
        modifiedAt: at,
      });
    }
  });

  test('a thread that ends meanwhile fails its batch; the next has another', async () => {
    await using under = await place();
    const threads = channel('worker_threads');
    const end = (message: unknown) => void (message as { worker: Worker }).worker.terminate();
    threads.subscribe(end);
    await assert.rejects(under.put({ target, at }), { name: 'TreeError', code: 'tree-unavailable' });
    threads.unsubscribe(end);
    await under.put({ target, at });
    assert.deepEqual(await readLink(under.path), { target, modifiedAt: at });
  });
});
