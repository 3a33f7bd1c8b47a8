import type { Actor } from '../http/index.ts';
import type { RepositoryName } from '../oci/index.ts';

export type Visibility = 'public' | 'private';

/** Names repositories, as src/access has them: `*` is one part of a name, `**` one or more. */
export interface NamePattern {
  readonly text: string;
  matches(name: string): boolean;
}

/** What somebody may read. */
export interface Readable {
  /** Whatever `patterns` says. */
  readonly all: boolean;
  readonly publicOnes: boolean;
  /** These, public or not. */
  readonly patterns: readonly NamePattern[];
  /** Of `all` or `patterns` nothing but these: what a token is limited to. Undefined for no limit. */
  readonly within: readonly NamePattern[] | undefined;
}

/** What the hub asks those who know the rights. */
export interface RepositoryAccess {
  /** What decides (`open`, `accounts`): when it is another than before, the index is made anew. */
  readonly mode: string;
  /** `public` where nothing is private. For a name without a repository: whatever. */
  findVisibility(name: RepositoryName): Promise<Visibility>;
  /** Asked once a search: cheap. */
  findReadable(actor: Actor | undefined): Promise<Readable>;
}

const everything: Readable = { all: true, publicOnes: true, patterns: [], within: undefined };

/** Where everybody who is let in may read everything: no accounts. */
export const allReadable: RepositoryAccess = {
  mode: 'open',
  findVisibility: async () => 'public',
  findReadable: async () => everything,
};
