import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

declare const brand: unique symbol;

/** A repository's whole name, such as `team/app`; made by `parseRepositoryName` only. Safe as a relative path. */
export type RepositoryName = string & { readonly [brand]: 'RepositoryName' };

const maximumLength = 255;

/**
 * distribution-spec v1.1.1, "Pulling manifests": `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, joined by `/`; at most 255
 * characters, which is where several clients stop. Throws `NAME_INVALID`.
 */
export function parseRepositoryName(text: string): RepositoryName {
  if (text.length > maximumLength) {
    throw new OciError('NAME_INVALID', `the repository name is longer than ${maximumLength} characters`);
  }
  if (!text.split('/').every(isComponent)) {
    throw new OciError(
      'NAME_INVALID',
      `${quote(text)} is not a repository name; use lower-case letters and digits, between them single '.', '_', ` +
        `'__' or any '-', and '/' between the parts`,
    );
  }
  return text as RepositoryName;
}

/** Walks once over the text: no regular expression, so nothing to backtrack. */
function isComponent(text: string): boolean {
  let separatorAt = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!isLowerAlphanumeric(text.charCodeAt(at))) continue;
    if (separatorAt < at && !(separatorAt > 0 && isSeparator(text.slice(separatorAt, at)))) return false;
    separatorAt = at + 1;
  }
  return text !== '' && separatorAt === text.length;
}

function isLowerAlphanumeric(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function isSeparator(text: string): boolean {
  return text === '.' || text === '_' || text === '__' || text === '-'.repeat(text.length);
}
