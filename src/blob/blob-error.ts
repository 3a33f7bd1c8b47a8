import { CodedError } from '../kernel/index.ts';

/**
 * - `blob-unknown`: no such published blob
 * - `upload-unknown`: no such session
 * - `offset-mismatch`: the position given is not the session's size
 * - `digest-mismatch`: the bytes do not have the digest given
 * - `store-full`: no space or quota left on the store (ENOSPC, EDQUOT)
 * - `store-unavailable`: any other failure of the store: read-only, no file handles, I/O error
 */
export type BlobErrorCode =
  | 'blob-unknown'
  | 'upload-unknown'
  | 'offset-mismatch'
  | 'digest-mismatch'
  | 'store-full'
  | 'store-unavailable';

export class BlobError extends CodedError<BlobErrorCode> {}
