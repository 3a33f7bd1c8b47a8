import { z } from 'zod';
import { accountName, robotName } from './account-name.ts';

/** Words that organisations, teams, grants, roles and repositories share. */
export const namespaceParams = z.strictObject({ namespace: accountName });
export const organisationParams = z.strictObject({ organisation: accountName });
export const teamName = z
  .string()
  .regex(/^(?=.{1,39}$)[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'a team has 1 to 39 of a-z, 0-9, ".", "_", "-"');
export const roleName = z
  .string()
  .regex(/^(?=.{1,39}$)[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'a role has 1 to 39 of a-z, 0-9, ".", "_", "-"')
  .meta({
    description: '`member`, `reader`, `writer`, `maintainer`, `owner`, or one of the namespace’s own.',
  });
export const description = z.string().max(500);
export const time = z.iso.datetime();
export const visibility = z.enum(['public', 'private']);
export const anyAccountName = z.union([accountName, robotName]);
/** Checked by the registry's own parser; bounded here. */
export const repositoryName = z.string().min(1).max(255);
