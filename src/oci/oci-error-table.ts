/**
 * Every error code the Distribution API answers with: the codes of distribution-spec v1.1.1, "Error Codes", and
 * those that registry:2 added and its clients know.
 */
export type OciErrorCode =
  | 'UNKNOWN'
  | 'UNSUPPORTED'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNAVAILABLE'
  | 'TOOMANYREQUESTS'
  | 'DIGEST_INVALID'
  | 'SIZE_INVALID'
  | 'RANGE_INVALID'
  | 'NAME_INVALID'
  | 'TAG_INVALID'
  | 'NAME_UNKNOWN'
  | 'MANIFEST_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNVERIFIED'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'PAGINATION_NUMBER_INVALID';

/** The HTTP status that goes with each code, and a sentence for when there is nothing better to say. */
export const ociErrorTable: Readonly<
  Record<OciErrorCode, { readonly status: number; readonly message: string }>
> = {
  UNKNOWN: { status: 500, message: 'the registry failed; its log says why' },
  UNSUPPORTED: { status: 405, message: 'this operation is not supported' },
  UNAUTHORIZED: { status: 401, message: 'authentication is required' },
  DENIED: { status: 403, message: 'access to this resource is denied' },
  UNAVAILABLE: { status: 503, message: 'the registry cannot do this now; try again later' },
  TOOMANYREQUESTS: { status: 429, message: 'too many requests; slow down' },
  DIGEST_INVALID: { status: 400, message: 'the digest is ill-formed or does not match the content' },
  SIZE_INVALID: { status: 400, message: 'the length given does not match the content' },
  RANGE_INVALID: { status: 416, message: 'the range does not fit the content' },
  NAME_INVALID: { status: 400, message: 'the repository name is ill-formed' },
  TAG_INVALID: { status: 400, message: 'the tag is ill-formed' },
  NAME_UNKNOWN: { status: 404, message: 'the repository does not exist' },
  MANIFEST_UNKNOWN: { status: 404, message: 'the manifest does not exist' },
  MANIFEST_INVALID: { status: 400, message: 'the manifest is not valid' },
  MANIFEST_UNVERIFIED: { status: 400, message: 'the signature of the manifest could not be verified' },
  MANIFEST_BLOB_UNKNOWN: { status: 404, message: 'the manifest names content that was not pushed' },
  BLOB_UNKNOWN: { status: 404, message: 'the blob does not exist in this repository' },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: 'the upload does not exist or has expired; start again' },
  // registry:2 answers 404 here, which tells a client that the session is gone. It is not: 400 is what is meant.
  BLOB_UPLOAD_INVALID: { status: 400, message: 'the upload request is not valid' },
  PAGINATION_NUMBER_INVALID: { status: 400, message: 'the number of results asked for is not valid' },
};
