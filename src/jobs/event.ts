import type { Actor } from '../http/index.ts';

/** From where it was asked for and with what: for the audit log. */
export interface EventOrigin {
  readonly actor?: Pick<Actor, 'kind' | 'name' | 'accountId'> & {
    /** `id` names a token or session, never its secret. */
    readonly credential: Pick<Actor['credential'], 'kind' | 'id'>;
  };
  readonly remoteAddress: string;
  readonly requestId: string;
}

/** What happened, in the words of the registry. `actor` is the name of who did it, null for nobody in particular. */
interface Happened {
  readonly repository: string;
  readonly actor: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Left out when it did not come over the network. */
  readonly origin?: EventOrigin | undefined;
}

export interface ManifestPushed extends Happened {
  readonly type: 'manifest.pushed';
  readonly digest: string;
  /** Those that point at it since this push. */
  readonly tags: readonly string[];
  readonly mediaType: string;
  /** Of the manifest alone. */
  readonly sizeBytes: number;
  readonly subject?: string;
}

export interface ManifestDeleted extends Happened {
  readonly type: 'manifest.deleted';
  readonly digest: string;
  /** Those that went with it. */
  readonly tags: readonly string[];
}

export interface TagDeleted extends Happened {
  readonly type: 'tag.deleted';
  readonly tag: string;
}

export interface RepositoryRenamed extends Happened {
  readonly type: 'repository.renamed';
  /** Its name before; `repository` is the new one. */
  readonly from: string;
}

/** Made, gone, or something about it (visibility, description, stars) is otherwise now. */
export interface RepositoryEvent extends Happened {
  readonly type: 'repository.created' | 'repository.deleted' | 'repository.changed';
}

export type RegistryEvent =
  | ManifestPushed
  | ManifestDeleted
  | TagDeleted
  | RepositoryRenamed
  | RepositoryEvent;

/** `id` grows in the order in which the facts were committed. */
export type StoredEvent = RegistryEvent & { readonly id: number };
