import { CodedError } from '../kernel/index.ts';

/**
 * - `tls-file-unreadable`: a file is missing, may not be read, or is too large
 * - `tls-file-invalid`: a file does not hold what it should
 * - `tls-key-mismatch`: the key is not the certificate's
 */
export type TlsErrorCode = 'tls-file-unreadable' | 'tls-file-invalid' | 'tls-key-mismatch';

export class TlsError extends CodedError<TlsErrorCode> {}
