import { listChoices } from './check-relations.ts';
import { expandChoice } from './expand-choice.ts';
import { type Block, emptyBlock, findAt, type Origin, scalar, type Tree, withEntry } from './tree.ts';

export interface Flags {
  readonly root?: string | undefined;
  readonly addr?: string | undefined;
}

/** The tree in its final form: short forms written out, old forms replaced, flags over everything. */
export function settleTree(tree: Tree, flags: Flags): Block {
  let block = tree.kind === 'block' ? tree : emptyBlock(tree.origin);
  for (const section of ['storage', 'auth']) {
    const found = findAt(block, [section]);
    if (found !== undefined) block = withEntry(block, section, expandChoice(found));
  }
  return applyRegistryRoot(applyOldLogLevel(applyFlags(block, flags)));
}

function applyFlags(tree: Block, flags: Flags): Block {
  let result = tree;
  if (flags.root !== undefined) {
    let storage = blockAt(tree, 'storage', 'flag --root');
    for (const driver of listChoices(tree, 'storage')) {
      if (driver !== 'filesystem') storage = withEntry(storage, driver, undefined);
    }
    const filesystem = blockAt(storage, 'filesystem', 'flag --root');
    const root = scalar(flags.root, 'flag --root');
    storage = withEntry(storage, 'filesystem', withEntry(filesystem, 'rootdirectory', root));
    result = withEntry(result, 'storage', storage);
  }
  if (flags.addr !== undefined) {
    const http = blockAt(tree, 'http', 'flag --addr');
    result = withEntry(result, 'http', withEntry(http, 'addr', scalar(flags.addr, 'flag --addr')));
  }
  return result;
}

function applyOldLogLevel(tree: Block): Block {
  const level = findAt(tree, ['loglevel']);
  if (level === undefined || findAt(tree, ['log', 'level']) !== undefined) return tree;
  return withEntry(tree, 'log', withEntry(blockAt(tree, 'log', level.origin), 'level', level));
}

/** Where `registry:2` keeps its volume when the driver is named without a folder. */
function applyRegistryRoot(tree: Block): Block {
  const filesystem = findAt(tree, ['storage', 'filesystem']);
  if (filesystem?.kind !== 'block' || findAt(filesystem, ['rootdirectory']) !== undefined) return tree;
  const root = scalar('/var/lib/registry', 'default');
  const storage = blockAt(tree, 'storage', 'default');
  return withEntry(
    tree,
    'storage',
    withEntry(storage, 'filesystem', withEntry(filesystem, 'rootdirectory', root)),
  );
}

function blockAt(tree: Block, name: string, origin: Origin): Block {
  const found = findAt(tree, [name]);
  return found?.kind === 'block' ? found : emptyBlock(origin);
}
