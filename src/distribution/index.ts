export {
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  checkRegistry,
} from './check/check-registry.ts';
export type { Finding, FindingKind } from './check/finding.ts';
export type { DistributionContext } from './context.ts';
export {
  createDistribution,
  type Distribution,
  type DistributionSettings,
  inProtocolTerms,
  permittedRoute,
} from './create-distribution.ts';
export { createRepository } from './create-repository.ts';
export { deleteManifest } from './delete.ts';
export { listReferrers } from './list-referrers.ts';
export type { NewRepository, RepositoryHooks, Usage } from './ports.ts';
export { removeRepository, renameRepository } from './rename-repository.ts';
export { type AdoptionCounts, isAdopted } from './store/adoption-state.ts';
export {
  type BlobLink,
  listBlobLinks,
  listRepositoryBlobs,
  type RepositoryBlob,
} from './store/blob-links.ts';
export { findBlobSize } from './store/blobs.ts';
export { findManifest, findManifestStat, type StoredManifest } from './store/manifests.ts';
export type { ReferrerRow } from './store/referrers.ts';
export { findRepositoryId, hasRepositoryBelow, isListed } from './store/repositories.ts';
export {
  findNewestTag,
  findRepositoryFacts,
  isPullOfItsOwn,
  listRepositoryFacts,
  type NewestTag,
  type RepositoryFacts,
} from './store/repository-facts.ts';
export {
  listRepositorySummaries,
  listTagSummaries,
  type RepositorySummary,
  type TagSummary,
} from './store/summaries.ts';
export {
  countTags,
  findTagSummary,
  listTagsInOrder,
  type TagFilter,
  type TagOrder,
} from './store/tag-pages.ts';
export { type DistributionTables, distributionMigrations } from './tables.ts';
export { type Adoption, type AdoptionOptions, adoptTree } from './tree/adopt-tree.ts';
export { createFilesystemLinkTree } from './tree/filesystem-link-tree.ts';
export { type LinkTree, noLinkTree } from './tree/link-tree.ts';
export { type Rebuild, rebuildDatabase } from './tree/rebuild-database.ts';
export { createTrail, type Trail } from './tree/trail.ts';
export { TreeError, type TreeErrorCode } from './tree/tree-error.ts';
export type { TreeProblem, TreeProblemKind } from './tree/tree-problem.ts';
