import type { Digest, RepositoryName } from '../../oci/index.ts';
import type { LinkKey } from './link-layout.ts';

/** Where links are written. Both methods are idempotent, and durable when they resolve. Throw `TreeError`. */
export interface LinkTree {
  /** Makes the link point at `target`. `at`, milliseconds since the epoch, is what a rebuild takes as its time. */
  put(repository: RepositoryName, key: LinkKey, link: { target: Digest; at: number }): Promise<void>;
  /** Removes what registry:2 removes when it deletes the same thing. */
  remove(repository: RepositoryName, key: LinkKey): Promise<void>;
}

/** For a registry in memory: there is no tree that could follow. */
export const noLinkTree: LinkTree = { put: async () => {}, remove: async () => {} };
