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
export { hidePosition, revealPosition } from './hidden-position.ts';
export type { RateLimit } from './limits/create-rate-limiter.ts';
export { toOpenApi } from './openapi/to-openapi.ts';
export { problem } from './problem.ts';
export { readJson } from './read-json.ts';
export { restRoutes } from './rest-routes.ts';
export { type RestTables, restMigrations } from './tables.ts';
