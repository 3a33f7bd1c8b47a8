export { appendEvent } from './append-event.ts';
export { createEventRunner, type EventRunner } from './create-event-runner.ts';
export type {
  EventOrigin,
  ManifestDeleted,
  ManifestPushed,
  RegistryEvent,
  RepositoryEvent,
  RepositoryRenamed,
  StoredEvent,
  TagDeleted,
} from './event.ts';
export type { ApplyEvents, Subscriber } from './subscriber.ts';
export { type JobTables, jobMigrations } from './tables.ts';
