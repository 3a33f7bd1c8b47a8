import type { DefaultedKey, SupportedKey } from './key.ts';
import { type Block, findAt, isNull, type Origin, scalar, type Tree } from './tree.ts';

/** Reads a checked tree by the keys of the table. */
export interface Values {
  get<T>(key: DefaultedKey<T>): T;
  find<T>(key: SupportedKey<T>): T | undefined;
  /** Names and values below a key that ends in `*`. */
  list<T>(key: SupportedKey<T>): [name: string, value: T][];
  /** Where a key was set; undefined when nobody did. */
  findOrigin(key: SupportedKey<unknown>): Origin | undefined;
}

export function createValues(tree: Tree): Values {
  const written = (key: SupportedKey<unknown>) => findAt(tree, key.path.split('.'));
  return {
    get(key) {
      const value = key.type.find(written(key) ?? scalar(key.default, 'default'));
      if (value === undefined) throw new TypeError(`The tree was not checked: ${key.path}`);
      return value;
    },
    find(key) {
      const found = written(key);
      return found && key.type.find(found);
    },
    list(key) {
      return [...childrenOf(tree, key)].flatMap(([name, child]) => {
        const value = isNull(child) ? undefined : key.type.find(child);
        return value === undefined ? [] : [[name, value]];
      });
    },
    findOrigin: (key) => written(key)?.origin,
  };
}

/** What stands at the place of the `*` of a key. */
export function childrenOf(tree: Tree, key: SupportedKey<unknown>): Block['entries'] {
  const section = findAt(tree, key.path.split('.').slice(0, -1));
  return section?.kind === 'block' ? section.entries : new Map();
}
