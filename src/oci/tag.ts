import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

declare const brand: unique symbol;

/** A tag such as `1.0`; made by `parseTag` only. Safe as a file name: it never starts with a dot. */
export type Tag = string & { readonly [brand]: 'Tag' };

/** distribution-spec v1.1.1, "Pulling manifests": `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`. Throws `TAG_INVALID`. */
export function parseTag(text: string): Tag {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)) {
    throw new OciError(
      'TAG_INVALID',
      `${quote(text)} is not a tag; use up to 128 letters, digits, '_', '.', '-', and begin with none of '.' and '-'`,
    );
  }
  return text as Tag;
}
