export { appendEvent } from './append-event.ts';
export { createEventRunner, type EventRunner } from './create-event-runner.ts';
export type { EventOrigin, RegistryEvent, StoredEvent } from './event.ts';
export type { Subscriber } from './subscriber.ts';
export { type JobTables, jobMigrations } from './tables.ts';
