import type { Actor } from './guard.ts';

/** Beside the errors and not in them: whatever sends or logs an error must not find it. */
const actors = new WeakMap<object, Actor>();

/** Remembers whom a guard refused with `error`, for those who write refusals down. Answers `error`. */
export function refusing<Thrown>(error: Thrown, actor: Actor | undefined): Thrown {
  if (actor && typeof error === 'object' && error !== null) actors.set(error, actor);
  return error;
}

/** Whom it refused; undefined for anybody, and for errors that are no refusals. */
export function refusedActor(error: object): Actor | undefined {
  return actors.get(error);
}
