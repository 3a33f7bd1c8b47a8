import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

export interface ChunkRange {
  readonly start: number;
  readonly endInclusive: number;
}

/**
 * The `Content-Range` of an upload chunk: `0-1048575` (distribution-spec v1.1.1, "Pushing a blob in chunks"). Old
 * clients add what HTTP has around it: `bytes 0-10`, `bytes=0-10`, `bytes 0-10/*`, `bytes 0-10/100`.
 * Throws `BLOB_UPLOAD_INVALID`; whether the chunk fits the upload is for the caller to decide.
 */
export function parseContentRange(header: string): ChunkRange {
  const match = /^(?:bytes[ =] *)?(\d{1,16})-(\d{1,16})(?:\/(?:\*|(\d{1,16})))?$/i.exec(header.trim());
  const start = Number(match?.[1]);
  const endInclusive = Number(match?.[2]);
  const total = match?.[3] === undefined ? Number.MAX_SAFE_INTEGER : Number(match[3]);
  // Without a match all of these are NaN, and no comparison holds.
  if (!(start <= endInclusive && endInclusive < total && endInclusive < Number.MAX_SAFE_INTEGER)) {
    throw new OciError(
      'BLOB_UPLOAD_INVALID',
      `Content-Range ${quote(header)} is not understood; write it as <first byte>-<last byte>`,
    );
  }
  return { start, endInclusive };
}
