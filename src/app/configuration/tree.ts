/** Where a value came from: `file config.yml:12`, `environment REGISTRY_HTTP_ADDR`, `flag --addr`. */
export type Origin = 'default' | `file ${string}` | `environment ${string}` | `flag ${string}`;

/** A YAML value before its type is known, each part with its origin. */
export type Tree = Scalar | List | Block;

export interface Scalar {
  readonly kind: 'scalar';
  /** As written, without quotes: types decide later, so that a secret `0123` stays `0123`. */
  readonly text: string;
  /** Nothing, `null` or an empty text: the key is as good as absent, as Go's zero values are. */
  readonly isNull: boolean;
  readonly origin: Origin;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly origin: Origin;
}

export interface Block {
  readonly kind: 'block';
  readonly entries: ReadonlyMap<string, Tree>;
  readonly origin: Origin;
}

export function scalar(text: string, origin: Origin): Scalar {
  return { kind: 'scalar', text, isNull: false, origin };
}

export function emptyBlock(origin: Origin): Block {
  return { kind: 'block', entries: new Map(), origin };
}

/** The block with one entry set, or taken out when the value is undefined. */
export function withEntry(block: Block, name: string, value: Tree | undefined): Block {
  const entries = new Map(block.entries);
  if (value === undefined) entries.delete(name);
  else entries.set(name, value);
  return { ...block, entries };
}

export function isNull(tree: Tree | undefined): boolean {
  return tree === undefined || (tree.kind === 'scalar' && tree.isNull);
}

/** The value at a path of block keys; undefined where nothing, or null, is written. */
export function findAt(tree: Tree, path: readonly string[]): Tree | undefined {
  let found: Tree | undefined = tree;
  for (const name of path) found = found?.kind === 'block' ? found.entries.get(name) : undefined;
  return isNull(found) ? undefined : found;
}
