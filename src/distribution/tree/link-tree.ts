import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { LinkKey } from './link-layout.ts';

/** What one link has to say from now on. */
export interface LinkChange {
  readonly repository: RepositoryName;
  readonly key: LinkKey;
  /**
   * Where it points; `at`, milliseconds since the epoch, is what a rebuild takes as its time. Undefined: what registry:2
   * removes when it deletes the same thing is to go.
   */
  readonly link: { readonly target: Digest; readonly at: number } | undefined;
}

/** Where links are written. */
export interface LinkTree {
  /**
   * Writes and removes links, each at most once in a call. Answers in the order of `changes`:
   * undefined if the link is as it should be and durable, else why not (`TreeError`, or `DbError` for names that are no
   * part of a path); one that fails does not hold up the others. Idempotent. Throws when nothing can be said of any:
   * some may have been written then.
   */
  write(changes: readonly LinkChange[]): Promise<readonly (Error | undefined)[]>;
}

/** For a registry in memory: there is no tree that could follow. */
export const noLinkTree: LinkTree = { write: async (changes) => changes.map(() => undefined) };
