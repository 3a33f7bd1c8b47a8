import { CodedError } from '../kernel/index.ts';

/**
 * - `pattern-invalid`: not a pattern of repositories of this namespace
 * - `not-found`: what was named does not exist
 * - `taken`: the name belongs to something already
 * - `reserved`: nobody may have the name
 * - `in-use`: it cannot go as long as something needs it
 * - `last-owner`: an organisation keeps at least one owner
 * - `role-unknown`: neither built in nor one of the namespace
 * - `too-much`: somebody tried to give more than he may do himself
 * - `too-many`: a bound on how many there may be
 */
export type AccessErrorCode =
  | 'pattern-invalid'
  | 'not-found'
  | 'taken'
  | 'reserved'
  | 'in-use'
  | 'last-owner'
  | 'role-unknown'
  | 'too-much'
  | 'too-many';

export class AccessError extends CodedError<AccessErrorCode> {}
