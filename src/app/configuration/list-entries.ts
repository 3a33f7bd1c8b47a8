import type { Key, SupportedKey } from './key.ts';
import { findAt, type Origin, type Tree } from './tree.ts';
import { childrenOf } from './values.ts';

/** One line of `lading config`. */
export interface Entry {
  readonly key: string;
  /** As written, in the shape of its YAML; dots when secret. */
  readonly value: unknown;
  readonly origin: Origin;
  readonly secret: boolean;
}

const mask = '••••••';

/** Every key in effect, in the order of the table. What is ignored has no effect and is left out. */
export function listEntries(tree: Tree, keys: readonly Key[]): Entry[] {
  return keys.flatMap((key) => (key.status === 'supported' ? entriesOf(tree, key) : []));
}

function entriesOf(tree: Tree, key: SupportedKey<unknown>): Entry[] {
  const secret = key.secret === true;
  const entry = (path: string, value: Tree): Entry => ({
    key: path,
    value: secret ? mask : plainValue(value, key),
    origin: value.origin,
    secret,
  });
  if (key.path.endsWith('.*')) {
    return [...childrenOf(tree, key)].map(([name, value]) =>
      entry(
        key.path.replace(/\*$/, () => name),
        value,
      ),
    );
  }
  const written = findAt(tree, key.path.split('.'));
  if (written !== undefined) return [entry(key.path, written)];
  if (key.default === undefined) return [];
  const value = plainValue({ kind: 'scalar', text: key.default, isNull: false, origin: 'default' }, key);
  return [{ key: key.path, value, origin: 'default', secret }];
}

/** Booleans and numbers as such; durations and addresses as their text. */
function plainValue(tree: Tree, key: SupportedKey<unknown>): unknown {
  if (tree.kind === 'list') return tree.items.map((item) => plainValue(item, key));
  if (tree.kind === 'block') return {};
  const value = key.type.find(tree);
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' && String(value) === tree.text ? value : tree.text;
}
