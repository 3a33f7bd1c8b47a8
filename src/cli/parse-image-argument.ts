import {
  type ImageReference,
  OciError,
  parseImageReference,
  parseRepositoryName,
  type RepositoryName,
} from '../oci/index.ts';
import { CliError } from './cli-error.ts';

/** REF of the command line. Throws `CliError` usage with a sentence that says how to write it. */
export function parseImageArgument(text: string): ImageReference {
  return inUsageTerms(text, parseImageReference);
}

/** REPOSITORY of the command line. Throws `CliError` usage. */
export function parseRepositoryArgument(text: string): RepositoryName {
  return inUsageTerms(text, parseRepositoryName);
}

function inUsageTerms<Result>(text: string, parse: (text: string) => Result): Result {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    throw new CliError('usage', `${error.message}.${hint(text)}`, { cause: error });
  }
}

/** What one pulls has the registry's host in front; here the registry is the one in --root. */
function hint(text: string): string {
  const rest = /^[\w.-]+:\d+\/([\w./:@-]+)$/.exec(text)?.[1];
  return rest === undefined ? '' : ` Leave the host out: ${rest}`;
}
