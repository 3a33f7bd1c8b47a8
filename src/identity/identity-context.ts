import type { Transaction } from 'kysely';
import type { Database } from '../db/index.ts';
import type { Actor } from '../http/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { AuditTrail } from '../rest/index.ts';
import type { Changes } from './changes.ts';
import type { PasswordLogins } from './logins/password-login.ts';
import type { IdentityTables } from './tables.ts';

/** What of others users and robots need: connected in `app`. */
export interface IdentityPorts {
  readonly audit: AuditTrail;
  /** Whether nobody may be called that. */
  isReservedName(name: string): boolean;
  /**
   * In the transaction that makes an account: refuses with a `Problem` when there are repositories that its holder would
   * own by its name alone.
   */
  assertUnclaimed(trx: Transaction<IdentityTables>, name: string): Promise<void>;
  /**
   * In the transaction that deletes the account: takes its rights away, and refuses with a `Problem` as long as it owns
   * something that would be nobody's.
   */
  onAccountDeleted(
    trx: Transaction<IdentityTables>,
    account: { readonly id: number; readonly name: string },
  ): Promise<void>;
  /** In the transaction that disables a user: refuses with a `Problem` as long as something has nobody else. */
  onUserDisabled(
    trx: Transaction<IdentityTables>,
    account: { readonly id: number; readonly name: string },
  ): Promise<void>;
  /** Refuses with a `Problem` who must not make or end a robot's tokens, or the robot, because it may do more than he. */
  assertMayManage(
    actor: Actor | undefined,
    who: {
      readonly account: { readonly id: number; readonly name: string };
      readonly organisation: { readonly id: number; readonly name: string };
    },
  ): Promise<void>;
  /** Logs out every device that keeps a login of this account (docker, podman). */
  endDevices(accountId: number): Promise<void>;
}

/** What every route of this folder works with. */
export interface IdentityContext extends IdentityPorts {
  readonly db: Database<IdentityTables>;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly logins: PasswordLogins;
}
