import { OciError } from './oci-error.ts';

export interface ByteRange {
  readonly start: number;
  readonly endExclusive: number;
}

export type RangeRequest =
  | { readonly kind: 'whole' }
  /** One or more, none empty, all inside the content, in the order asked for. */
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] };

const whole: RangeRequest = { kind: 'whole' };

/** Each range costs a part header and a read of its own. */
const maximumRanges = 256;

/**
 * A `Range` header for content of `sizeBytes` (RFC 9110, §14). What is not understood is ignored: other units, bad
 * syntax (§14.2). So are headers that would make the answer larger than the content, many ranges or overlapping
 * ones, and any range of empty content, which no `Content-Range` can describe (Go's file server does the same).
 * An end past the last byte is clamped: regclient asks for one byte too many.
 * Throws `RANGE_INVALID` with the `Content-Range` to answer when no range lies inside; an inverted one does not.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  const specs = splitSpecs(header ?? '');
  if (specs === undefined || sizeBytes === 0) return whole;
  const ranges = specs
    .map((spec) => resolve(spec, sizeBytes))
    .filter((range) => range.start < range.endExclusive);
  if (ranges.length === 0) {
    throw new OciError('RANGE_INVALID', `no range asked for lies inside the ${sizeBytes} bytes there are`, {
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    });
  }
  const total = ranges.reduce((sum, range) => sum + range.endExclusive - range.start, 0);
  return total > sizeBytes ? whole : { kind: 'ranges', ranges };
}

interface RangeSpec {
  readonly first: string;
  readonly last: string;
}

/** Undefined when the header should be ignored. */
function splitSpecs(header: string): RangeSpec[] | undefined {
  const equals = header.indexOf('=');
  if (header.slice(0, Math.max(equals, 0)).trim().toLowerCase() !== 'bytes') return undefined;
  const specs: RangeSpec[] = [];
  for (const text of header.slice(equals + 1).split(',')) {
    const trimmed = text.trim();
    // RFC 9110, §5.6.1.2: recipients ignore empty list elements.
    if (trimmed === '') continue;
    const match = /^(\d*)-(\d*)$/.exec(trimmed);
    if (match === null || trimmed === '-' || specs.length === maximumRanges) return undefined;
    specs.push({ first: match[1] ?? '', last: match[2] ?? '' });
  }
  return specs.length === 0 ? undefined : specs;
}

/** A range that lies outside comes back with its end not after its start. */
function resolve({ first, last }: RangeSpec, sizeBytes: number): ByteRange {
  if (first === '') return { start: Math.max(0, sizeBytes - Number(last)), endExclusive: sizeBytes };
  const start = Number(first);
  return { start, endExclusive: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
