import type { Transaction } from 'kysely';
import type { Actor } from '../http/index.ts';
import type { EventOrigin } from '../jobs/index.ts';
import type { Digest, RepositoryName, Tag } from '../oci/index.ts';
import type { DistributionTables } from './tables.ts';

export interface NewRepository {
  readonly name: RepositoryName;
  /** Who makes it; undefined for anybody, and for the program itself. */
  readonly actor: Actor | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** As its maker wants it; undefined for what its namespace says. */
  readonly visibility?: 'public' | 'private';
  /** For the audit log; left out when it did not come over the network. */
  readonly origin?: EventOrigin | undefined;
}

/** Called inside the transaction of what they are told of; throwing undoes it. */
export interface RepositoryHooks {
  onRepositoryCreated(trx: Transaction<DistributionTables>, repository: NewRepository): Promise<void>;
}

/** On the path of a pull: must only count in memory and never throw. */
export interface Usage {
  manifestPulled(pull: {
    readonly repository: RepositoryName;
    readonly digest: Digest;
    /** When it was asked for by tag. */
    readonly tag: Tag | undefined;
    readonly actor: Actor | undefined;
  }): void;
}
