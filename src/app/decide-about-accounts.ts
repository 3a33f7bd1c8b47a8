import { readFile } from 'node:fs/promises';
import { isReservedName } from '../access/index.ts';
import { type AuditTables, createAuditLog } from '../audit/index.ts';
import {
  countAdministrators,
  createFirstAdministrator,
  type IdentityTables,
  offerSetup,
} from '../identity/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { accountsMarkOf, hasAccountsMark, putAccountsMark } from './accounts-mark.ts';
import { ConfigurationError, type Settings } from './configuration/index.ts';
import { tablesOf } from './migrations.ts';
import type { Storage } from './storage.ts';

/** From `LADING_ADMIN_NAME` and `LADING_ADMIN_PASSWORD_FILE`. */
export interface FirstAdministrator {
  readonly name: string;
  readonly passwordFile: string;
}

export interface AccountsDecision {
  readonly isOn: boolean;
  /** With which the first administrator can be made; undefined when there is one, or accounts are off. */
  readonly setupSecret: string | undefined;
}

/**
 * Accounts are on when the configuration says so, and also when there is an administrator and the configuration says
 * nothing about logins: who made one does not want an open registry, and does not get one by losing the database. Makes the first administrator when the operator
 * named one. Throws `ConfigurationError`, `IdentityError`.
 */
export async function decideAboutAccounts(options: {
  storage: Storage;
  settings: Settings;
  firstAdministrator: FirstAdministrator | undefined;
  clock: Clock;
  log: Logger;
}): Promise<AccountsDecision> {
  const { storage, settings, firstAdministrator, clock, log } = options;
  const db = tablesOf<IdentityTables>(storage.db);
  const { kind } = settings.auth;
  if (kind === 'htpasswd' || kind === 'token') {
    if (firstAdministrator) {
      const text = `LADING_ADMIN_NAME makes an account, but auth.${kind} says who logs in. Remove one of them.`;
      throw new ConfigurationError([{ code: 'conflict', text }]);
    }
    return { isOn: false, setupSecret: undefined };
  }
  if (firstAdministrator) {
    const { name, passwordFile } = firstAdministrator;
    const password = await readPasswordFile(passwordFile);
    await using audit = createAuditLog({ db: tablesOf<AuditTables>(storage.db), clock, log });
    if (await createFirstAdministrator({ db, clock, audit, isReservedName }, { name, password })) {
      log.info({ name }, `${name} is the first administrator`);
    }
  }
  const { root } = storage;
  const isKnown = kind === 'accounts' || (await countAdministrators(db.reads)) > 0;
  const isOn = isKnown || (root !== undefined && (await hasAccountsMark(root)));
  if (isOn && root !== undefined) await putAccountsMark(root);
  if (isOn && !isKnown) {
    log.warn(
      { file: root && accountsMarkOf(root) },
      'This registry had accounts, and its database has none: was it lost? It stays closed. Put a backup in its place, or make an administrator; to make it open to everybody, remove the file.',
    );
  }
  return { isOn, setupSecret: isOn ? await offerSetup({ db, clock }) : undefined };
}

async function readPasswordFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    const text = `LADING_ADMIN_PASSWORD_FILE cannot be read: ${cause instanceof Error ? cause.message : cause}. It holds the password of the first administrator.`;
    throw new ConfigurationError([{ code: 'file-unreadable', text }], { cause });
  }
}
