export type { ApiLogins } from './api-logins.ts';
export type { HubNeeds } from './context.ts';
export { createUsage } from './counts/create-usage.ts';
export { createHub, type HubOptions } from './create-hub.ts';
export { moveProfile, removeProfile } from './profile/profile-store.ts';
export { allReadable, type RepositoryAccess } from './repository-access.ts';
export { forgetStars } from './stars/forget-stars.ts';
export { type HubTables, hubMigrations } from './tables.ts';
