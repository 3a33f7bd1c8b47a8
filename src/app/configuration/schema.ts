import type { Key } from './key.ts';

/** One step in the tree of known keys: either a key, or a section with steps below. */
export interface Step {
  readonly path: string;
  readonly key: Key | undefined;
  readonly children: ReadonlyMap<string, Step>;
  /** What any other name leads to. */
  readonly wildcard: Step | undefined;
  /** A Go map rather than a Go struct: names are free, and found without regard to case. */
  readonly isMap: boolean;
  /** A Go map from a type to its parameters, in which a lone word is a type without parameters. */
  readonly isChoice: boolean;
}

export function buildSchema(keys: readonly Key[]): Step {
  return buildStep(
    '',
    keys.map((key) => ({ key, rest: key.path.split('.') })),
  );
}

function buildStep(path: string, members: readonly { key: Key; rest: readonly string[] }[]): Step {
  const names = new Set(members.flatMap(({ rest }) => rest.slice(0, 1)));
  const children = new Map<string, Step>();
  for (const name of names) {
    const below = members.filter(({ rest }) => rest[0] === name);
    children.set(
      name,
      buildStep(
        path === '' ? name : `${path}.${name}`,
        below.map(({ key, rest }) => ({ key, rest: rest.slice(1) })),
      ),
    );
  }
  const wildcard = children.get('*');
  children.delete('*');
  const isChoice = path === 'storage' || path === 'auth';
  return {
    path,
    key: members.find(({ rest }) => rest.length === 0)?.key,
    children,
    wildcard,
    isMap: isChoice || /^(storage|auth)\./.test(path) || wildcard !== undefined,
    isChoice,
  };
}

/** Every key and section that has a name of its own, for suggestions. */
export function listPaths(step: Step): string[] {
  return [...step.children.values()].flatMap((child) => [child.path, ...listPaths(child)]);
}

/** The step that a name leads to, as it is spelt in the file. */
export function findStep(step: Step, name: string): Step | undefined {
  return step.children.get(name) ?? step.wildcard;
}
