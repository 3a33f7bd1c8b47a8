import { CodedError } from '../../kernel/index.ts';

/**
 * - `address-refused`: a URL that is not fetched: not https, or at an address that must not be reached
 * - `unreachable`: nobody answered in time, or not with something usable
 * - `refused`: the provider did not let somebody in, or what it said does not hold
 */
export type OidcErrorCode = 'address-refused' | 'unreachable' | 'refused';

export class OidcError extends CodedError<OidcErrorCode> {}
