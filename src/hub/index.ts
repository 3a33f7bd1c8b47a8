export type { ApiLogins } from './api-logins.ts';
export type { HubContext } from './context.ts';
export { listTagActivity, type TagActivity } from './counts/activity-store.ts';
export { type CountedUsage, createUsage } from './counts/create-usage.ts';
export { createHub, type Hub, type HubOptions } from './create-hub.ts';
export {
  allReadable,
  type NamePattern,
  type Readable,
  type RepositoryAccess,
  type Visibility,
} from './repository-access.ts';
export { type HubTables, hubMigrations } from './tables.ts';
