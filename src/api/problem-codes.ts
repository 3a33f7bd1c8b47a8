/**
 * Every problem that the API answers (RFC 9457): its stable code, its status, what it means. docs/API.md has the same
 * table; a test compares them both ways. The code is public; the sentence in `detail` is for people and may change.
 */
export const PROBLEM_CODES = {
  'invalid-request': {
    status: 400,
    meaning: 'Path, query or body is not as described; `fields` says where.',
  },
  'invalid-json': { status: 400, meaning: 'The body is not JSON.' },
  'invalid-cursor': { status: 400, meaning: 'The cursor is not one that this list gave.' },
  'tls-required': { status: 400, meaning: 'A browser logs in over https, or at localhost.' },
  unauthorized: { status: 401, meaning: 'Nobody is logged in, or the credentials are wrong or expired.' },
  'second-factor-required': { status: 401, meaning: 'The password is right; send the second factor, too.' },
  forbidden: { status: 403, meaning: 'Known, but not allowed; `detail` says which right is missing.' },
  csrf: { status: 403, meaning: 'The request of a browser does not come from a page of this registry.' },
  'not-found': { status: 404, meaning: 'Not there, or not for the eyes of who asks.' },
  conflict: { status: 409, meaning: 'It contradicts what is there, such as a name that is taken.' },
  'idempotency-in-progress': {
    status: 409,
    meaning: 'The request with this Idempotency-Key is still being answered.',
  },
  'precondition-failed': { status: 412, meaning: 'Changed since it was read; `ETag` is the version now.' },
  'body-too-large': {
    status: 413,
    meaning: 'The body is longer than the API takes (256 KiB, a login 16 KiB).',
  },
  'unsupported-media-type': { status: 415, meaning: 'The body is not sent as `application/json`.' },
  'idempotency-key-reused': {
    status: 422,
    meaning: 'The Idempotency-Key belongs to another request of the last 24 hours.',
  },
  'too-many-requests': { status: 429, meaning: 'Asked too often; `Retry-After` says when to ask again.' },
  internal: { status: 500, meaning: 'A fault of the registry; its log says why under `request_id`.' },
  unavailable: { status: 503, meaning: 'Not possible now; try again.' },
  // What the Distribution API's own codes are called here.
  denied: { status: 403, meaning: 'Not allowed by the configuration of the registry.' },
  unsupported: { status: 405, meaning: 'The path exists with other methods; `Allow` names them.' },
  toomanyrequests: { status: 429, meaning: 'Too many logins; `Retry-After` says when to try again.' },
  'name-invalid': { status: 400, meaning: 'The name of a repository is ill-formed.' },
  'tag-invalid': { status: 400, meaning: 'The tag is ill-formed.' },
  'digest-invalid': { status: 400, meaning: 'The digest is ill-formed.' },
  'manifest-invalid': { status: 400, meaning: 'The manifest is not valid.' },
  'name-unknown': { status: 404, meaning: 'There is no such repository.' },
  'manifest-unknown': { status: 404, meaning: 'There is no such manifest or tag.' },
  'blob-unknown': { status: 404, meaning: 'There is no such blob in this repository.' },
  unknown: { status: 500, meaning: 'A fault of the registry; its log says why under `request_id`.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
