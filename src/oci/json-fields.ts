import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

export type JsonObject = { readonly [key: string]: unknown };

// In all of these null counts as absent: Go programs write nil slices and maps as null, and read them back so.
// Each throws `MANIFEST_INVALID` when there is something of another type.

export function asObject(value: unknown, where: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(where, 'an object');
  return value as JsonObject;
}

export function asArray(value: unknown, where: string): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(where, 'an array');
  return value;
}

/** An empty string counts as absent as well: Go's `omitempty` makes no difference between the two. */
export function asString(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrongType(where, 'a string');
  return value;
}

/** The fields of one kind of object, by their case-folded name. */
export type FieldNames = ReadonlyMap<string, string>;

export function fieldNames(...names: string[]): FieldNames {
  return new Map(names.map((name) => [foldCase(name), name]));
}

/**
 * Go's JSON decoder, which most clients use, matches field names without regard to case (`ſ` counts as `s`, the
 * Kelvin sign as `k`), and the last one wins. A manifest with `config` and `Config` would be one image to this
 * registry and another to docker, so any other spelling of a known field is refused.
 */
export function refuseOtherSpellings(object: JsonObject, fields: FieldNames, where: string): void {
  for (const key of Object.keys(object)) {
    const field = fields.get(foldCase(key));
    if (field !== undefined && field !== key) {
      throw new OciError('MANIFEST_INVALID', `${where} has the field ${quote(key)}; write it as "${field}"`);
    }
  }
}

/** Up, then down: that way `ſ` becomes `s`. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}

function wrongType(where: string, expected: string): OciError {
  return new OciError('MANIFEST_INVALID', `${where} must be ${expected}`);
}
