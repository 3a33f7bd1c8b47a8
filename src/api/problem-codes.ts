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
  'name-invalid': { status: 400, meaning: 'The path holds a name that cannot be.' },
  unauthorized: { status: 401, meaning: 'Nobody is logged in, or the credentials are wrong or expired.' },
  forbidden: { status: 403, meaning: 'Known, but not allowed; `detail` says which right is missing.' },
  denied: { status: 403, meaning: 'Not allowed by the configuration of the registry.' },
  'not-found': { status: 404, meaning: 'Not there, or not for the eyes of who asks.' },
  unsupported: { status: 405, meaning: 'The path exists with other methods; `Allow` names them.' },
  conflict: { status: 409, meaning: 'It contradicts what is there, such as a name that is taken.' },
  'idempotency-in-progress': {
    status: 409,
    meaning: 'The request with this Idempotency-Key is still being answered.',
  },
  'precondition-failed': { status: 412, meaning: 'Changed since it was read; `ETag` is the version now.' },
  'body-too-large': { status: 413, meaning: 'The body is longer than the API takes (1 MiB).' },
  'unsupported-media-type': { status: 415, meaning: 'The body is not sent as `application/json`.' },
  'idempotency-key-reused': {
    status: 422,
    meaning: 'The Idempotency-Key belongs to another request of the last 24 hours.',
  },
  'too-many-requests': { status: 429, meaning: 'Asked too often; `Retry-After` says when to ask again.' },
  toomanyrequests: { status: 429, meaning: 'Too many logins; `Retry-After` says when to try again.' },
  internal: { status: 500, meaning: 'A fault of the registry; its log says why under `request_id`.' },
  unavailable: { status: 503, meaning: 'Not possible now; try again.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
