import { expandChoice } from './expand-choice.ts';
import { fieldName } from './key.ts';
import { findStep, type Step } from './schema.ts';
import { type Block, emptyBlock, isNull, type Tree, withEntry } from './tree.ts';

export type Overridden = { readonly tree: Tree } | { readonly refused: 'unknown' | 'index' };

/**
 * The tree with the value put where the pieces of a variable's name lead, by the rules of distribution's
 * `configuration/parser.go`. A step of undefined means below the known keys, where names are free.
 */
export function overrideTree(
  tree: Tree | undefined,
  step: Step | undefined,
  pieces: readonly string[],
  value: Tree,
): Overridden {
  const [piece, ...rest] = pieces;
  if (piece === undefined) return { tree: step?.isChoice ? expandChoice(value) : value };
  if (tree?.kind === 'list' || isNewList(tree, step, piece)) {
    return overrideItem(tree?.kind === 'list' ? tree.items : [], piece, rest, value);
  }
  if (step?.key?.status === 'supported') return { refused: 'unknown' };
  const block = asBlock(tree, step, value);
  const target =
    step === undefined || step.key !== undefined ? findFree(block, piece) : findKnown(block, step, piece);
  if (target === undefined) return { refused: 'unknown' };
  const child = overrideTree(block.entries.get(target.name), target.step, rest, value);
  return 'refused' in child ? child : { tree: withEntry(block, target.name, child.tree) };
}

function isNewList(tree: Tree | undefined, step: Step | undefined, piece: string): boolean {
  if (!isNull(tree)) return false;
  return step?.key?.status === 'supported'
    ? step.key.type.isList
    : step?.key !== undefined && /^\d+$/.test(piece);
}

function asBlock(tree: Tree | undefined, step: Step | undefined, value: Tree): Block {
  const expanded = tree !== undefined && step?.isChoice ? expandChoice(tree) : tree;
  return expanded?.kind === 'block' ? expanded : emptyBlock(value.origin);
}

interface Target {
  readonly name: string;
  readonly step: Step | undefined;
}

function findKnown(block: Block, step: Step, piece: string): Target | undefined {
  if (step.isMap) {
    const { name } = findFree(block, piece);
    return { name, step: findStep(step, name) };
  }
  const known = [...step.children].find(([, other]) => fieldName(other.path) === piece);
  return known && { name: known[0], step: known[1] };
}

function findFree(block: Block, piece: string): Target {
  const wanted = piece.toLowerCase();
  const existing = [...block.entries.keys()].find((name) => name.toLowerCase() === wanted);
  return { name: existing ?? wanted, step: undefined };
}

function overrideItem(
  items: readonly Tree[],
  piece: string,
  rest: readonly string[],
  value: Tree,
): Overridden {
  const index = /^\d{1,6}$/.test(piece) ? Number(piece) : -1;
  // The length itself appends; beyond it there would be a hole.
  if (index < 0 || index > items.length) return { refused: 'index' };
  const item = overrideTree(items[index], undefined, rest, value);
  if ('refused' in item) return item;
  const replaced = [...items.slice(0, index), item.tree, ...items.slice(index + 1)];
  return { tree: { kind: 'list', items: replaced, origin: value.origin } };
}
