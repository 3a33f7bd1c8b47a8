import { constants, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from './random.ts';
import type { RecordedCall } from './recording.ts';

/**
 * What a cut leaves behind:
 * - `killed`: the process alone ends; all that it wrote is there
 * - `worst`: the power goes; of a file only what was there at its last fsync, of a folder only the entries at its own
 * - `some`: the power goes; of what was not synced, any part: each write or not, of each folder's entries the first few
 */
export type Cut = 'killed' | 'worst' | 'some';

interface FileNode {
  readonly kind: 'file';
  content: Buffer;
  synced: Buffer;
  /** Writes and truncations since `synced`. */
  pending: ((content: Buffer) => Buffer)[];
}

interface FolderNode {
  readonly kind: 'folder';
  readonly entries: Map<string, Node>;
  readonly synced: Map<string, Node>;
  /** Changes of entries since `synced`, in their order. */
  pending: ((entries: Map<string, Node>) => void)[];
}

type Node = FileNode | FolderNode;

const newFolder = (): FolderNode => ({ kind: 'folder', entries: new Map(), synced: new Map(), pending: [] });

/**
 * Replays recorded calls and writes down, as files below `target`, what the disk would hold. A model, stricter than most
 * file systems in one way (a file's fsync saves no folder entry) and kinder in others: what was synced is never
 * torn or lost, a rename is never half done, and the folder that the root lies in is there.
 */
export function writeDiskAfter(
  calls: readonly RecordedCall[],
  options: { root: string; target: string; cut: Cut; random: Random },
): void {
  const { root, target, cut, random } = options;
  const top = replay(calls, root);
  mkdirSync(target, { recursive: true });
  writeFolder(top, target, { cut, random });
}

function replay(calls: readonly RecordedCall[], root: string): FolderNode {
  const above = newFolder();
  above.entries.set(basename(root), newFolder());
  const opened = new Map<number, Node>();
  const find = (path: string): Node | undefined => {
    const names = path.slice(dirname(root).length).split('/').filter(Boolean);
    let node: Node | undefined = above;
    for (const name of names) node = node?.kind === 'folder' ? node.entries.get(name) : undefined;
    return node;
  };
  const folderOf = (path: string): FolderNode => {
    const folder = find(dirname(path));
    if (folder?.kind !== 'folder') throw new Error(`${path} was used before its folder was made`);
    return folder;
  };
  const enter = (path: string, node: Node | undefined) =>
    change(folderOf(path), (entries) => {
      if (node) entries.set(basename(path), node);
      else entries.delete(basename(path));
    });

  for (const { call, fd, offset, path, path2, data } of calls) {
    const file = opened.get(fd);
    if (call === 'o') {
      let node = find(path);
      if (node === undefined) {
        if ((offset & constants.O_CREAT) === 0) continue;
        node = { kind: 'file', content: Buffer.alloc(0), synced: Buffer.alloc(0), pending: [] };
        enter(path, node);
      } else if (node.kind === 'file' && (offset & constants.O_TRUNC) !== 0)
        edit(node, () => Buffer.alloc(0));
      opened.set(fd, node);
    } else if (call === 'z') opened.delete(fd);
    else if (call === 'w' && file?.kind === 'file') edit(file, (content) => written(content, data, offset));
    else if (call === 't' && file?.kind === 'file') edit(file, (content) => resized(content, offset));
    else if (call === 's' && file) sync(file);
    else if (call === 'm') {
      if (find(path) === undefined) enter(path, newFolder());
    } else if (call === 'u' || call === 'd') enter(path, undefined);
    else if (call === 'r') {
      const moved = find(path);
      if (moved === undefined) throw new Error(`${path} was renamed and never made`);
      enter(path2, moved);
      enter(path, undefined);
    }
  }
  const top = above.entries.get(basename(root));
  if (top?.kind !== 'folder') throw new Error('the root is gone');
  return top;
}

function edit(file: FileNode, work: (content: Buffer) => Buffer): void {
  file.content = work(file.content);
  file.pending.push(work);
}

function change(folder: FolderNode, work: (entries: Map<string, Node>) => void): void {
  work(folder.entries);
  folder.pending.push(work);
}

function sync(node: Node): void {
  if (node.kind === 'file') node.synced = node.content;
  else {
    node.synced.clear();
    for (const [name, entry] of node.entries) node.synced.set(name, entry);
  }
  node.pending = [];
}

function written(content: Buffer, data: Buffer, offset: number): Buffer {
  // A copy: what was synced must not change.
  const result = Buffer.alloc(Math.max(content.byteLength, offset + data.byteLength));
  content.copy(result);
  data.copy(result, offset);
  return result;
}

function resized(content: Buffer, sizeBytes: number): Buffer {
  const result = Buffer.alloc(sizeBytes);
  content.copy(result);
  return result;
}

function writeFolder(folder: FolderNode, path: string, how: { cut: Cut; random: Random }): void {
  for (const [name, node] of entriesAfter(folder, how)) {
    const at = join(path, name);
    if (node.kind === 'file') writeFileSync(at, contentAfter(node, how));
    else {
      mkdirSync(at, { recursive: true });
      writeFolder(node, at, how);
    }
  }
}

function entriesAfter(folder: FolderNode, { cut, random }: { cut: Cut; random: Random }): Map<string, Node> {
  if (cut === 'killed') return folder.entries;
  const entries = new Map(folder.synced);
  if (cut === 'some') {
    for (const work of folder.pending.slice(0, random.between(0, folder.pending.length))) work(entries);
  }
  return entries;
}

function contentAfter(file: FileNode, { cut, random }: { cut: Cut; random: Random }): Buffer {
  if (cut === 'killed') return file.content;
  if (cut === 'worst') return file.synced;
  return file.pending.filter(() => random.next() < 0.5).reduce((content, work) => work(content), file.synced);
}
