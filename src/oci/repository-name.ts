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
  let separator = '';
  let sawAlphanumeric = false;
  for (const character of text) {
    if (isLowerAlphanumeric(character)) {
      if (separator !== '' && !(sawAlphanumeric && isSeparator(separator))) return false;
      separator = '';
      sawAlphanumeric = true;
    } else {
      separator += character;
    }
  }
  return sawAlphanumeric && separator === '';
}

function isLowerAlphanumeric(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

function isSeparator(text: string): boolean {
  return text === '.' || text === '_' || text === '__' || text === '-'.repeat(text.length);
}
