import { CodedError } from '../kernel/index.ts';

/**
 * - `usage`: the command line says something impossible; exit code 2, all others 1
 * - `nothing-there`: no registry where the configuration says
 * - `not-found`: the registry does not have what was asked for
 * - `refused`: the configuration forbids it
 * - `problems-found`: a check found damage
 * - `partly-failed`: some of the things asked for were not done
 */
export type CliErrorCode =
  | 'usage'
  | 'nothing-there'
  | 'not-found'
  | 'refused'
  | 'problems-found'
  | 'partly-failed';

export class CliError extends CodedError<CliErrorCode> {}
