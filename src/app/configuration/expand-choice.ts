import { emptyBlock, isNull, type Tree } from './tree.ts';

/**
 * A section that maps a type to its parameters: `htpasswd` alone means `htpasswd` without parameters, and a type
 * without a value is chosen all the same.
 */
export function expandChoice(tree: Tree): Tree {
  if (tree.kind === 'scalar' && !tree.isNull) {
    return { kind: 'block', entries: new Map([[tree.text, emptyBlock(tree.origin)]]), origin: tree.origin };
  }
  if (tree.kind !== 'block') return tree;
  const entries = [...tree.entries].map(
    ([name, value]) => [name, isNull(value) ? emptyBlock(value.origin) : value] as const,
  );
  return { ...tree, entries: new Map(entries) };
}
