export { type ApiAnswer, type ApiInput, type ApiRoute, apiRoute } from './api-route.ts';
export {
  type AuditEntry,
  type AuditOrigin,
  type AuditTrail,
  noAuditTrail,
  originOf,
  SYSTEM_ORIGIN,
} from './audit-trail.ts';
export { canonicalJson } from './canonical-json.ts';
export { decodeCursor, encodeCursor } from './cursor.ts';
export { assertIfMatch, etagOf } from './etag.ts';
export { problem } from './problem.ts';
