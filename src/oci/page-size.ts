import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/**
 * The parameter `n` of a list. Absent or empty means `defaultSize` (undefined: everything); more than `maximum` is
 * cut to it, and the client sees from the `Link` header that there is more. 0 is a valid answer.
 * Throws `PAGINATION_NUMBER_INVALID`.
 */
export function parsePageSize(
  text: string | undefined,
  options: { readonly defaultSize: number; readonly maximum?: number },
): number;
export function parsePageSize(
  text: string | undefined,
  options?: { readonly defaultSize?: number; readonly maximum?: number },
): number | undefined;
export function parsePageSize(
  text: string | undefined,
  { defaultSize, maximum }: { readonly defaultSize?: number; readonly maximum?: number } = {},
): number | undefined {
  if (text === undefined || text === '') return defaultSize;
  if (!/^\d+$/.test(text)) {
    throw new OciError('PAGINATION_NUMBER_INVALID', `n=${quote(text)} is not a whole number, 0 or more`);
  }
  return Math.min(Number(text), maximum ?? Number.MAX_SAFE_INTEGER);
}
