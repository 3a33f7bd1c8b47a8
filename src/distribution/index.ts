export type { DistributionContext } from './context.ts';
export { createDistribution, type Distribution, type DistributionSettings } from './create-distribution.ts';
export { deleteManifest } from './delete.ts';
export { listAllReferrers } from './list-referrers.ts';
export { findManifest, type ReferrerRow, type StoredManifest } from './store/manifests.ts';
export { isListed } from './store/repositories.ts';
export {
  listRepositorySummaries,
  listTagSummaries,
  type RepositorySummary,
  type TagSummary,
} from './store/summaries.ts';
export { type DistributionTables, distributionMigrations } from './tables.ts';
export { createFilesystemLinkTree } from './tree/filesystem-link-tree.ts';
export { noLinkTree } from './tree/link-tree.ts';
export { createTrail, type Trail } from './tree/trail.ts';
