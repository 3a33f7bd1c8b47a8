export { auditRoutes } from './audit-routes.ts';
export { startAuditUpkeep } from './audit-upkeep.ts';
export { createAuditedGuard } from './audited-guard.ts';
export { auditedRoutes } from './audited-routes.ts';
export { createCheckpointFile } from './checkpoint-file.ts';
export { type AuditLog, createAuditLog } from './create-audit-log.ts';
export { createAuditSubscriber } from './create-audit-subscriber.ts';
export { type AuditTables, auditMigrations } from './tables.ts';
export { type ChainLink, type Verification, verifyLog } from './verify-log.ts';
