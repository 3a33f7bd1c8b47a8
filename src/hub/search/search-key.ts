/** What is filtered by, beside words. */
export type FacetKind =
  | 'official'
  | 'architecture'
  | 'operating_system'
  | 'media_type'
  | 'label'
  | 'category';

/** Longer values (labels are what people make them) are not worth filtering by. */
export const MAX_FACET_VALUE = 200;

/**
 * A word that stands for a filter in the full-text index: letters and digits alone, so that the tokenizer leaves it
 * whole, and no text that anybody writes can be it, because they are in a column of their own.
 */
export function searchKey(kind: FacetKind | 'visibility' | 'namespace' | 'month', value: string): string {
  return `${kind.replace('_', '')}x${Buffer.from(value).toString('hex')}`;
}

/** As an expression of FTS5. */
export const keyTerm = (key: string) => `(keys : "${key}")`;

/** `2026-11` */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
