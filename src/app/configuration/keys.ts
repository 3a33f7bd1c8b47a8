import { authKeys } from './auth-keys.ts';
import { httpKeys } from './http-keys.ts';
import type { Key } from './key.ts';
import { logKeys } from './log-keys.ts';
import { otherKeys } from './other-keys.ts';
import { storageKeys } from './storage-keys.ts';

/**
 * Every key of the `registry:2` and `registry:3` configuration. Checking, overriding by the environment,
 * `lading config` and docs/CONFIGURATION.md all follow from this table.
 */
export const keys: readonly Key[] = [...storageKeys, ...httpKeys, ...authKeys, ...logKeys, ...otherKeys];
