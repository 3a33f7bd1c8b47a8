import { CodedError } from '../../kernel/index.ts';

/**
 * - `token-keys-unreadable`: a file of trusted keys cannot be read
 * - `token-keys-invalid`: it holds no key that tokens could be verified with
 */
export type ExternalTokenErrorCode = 'token-keys-unreadable' | 'token-keys-invalid';

export class ExternalTokenError extends CodedError<ExternalTokenErrorCode> {}
