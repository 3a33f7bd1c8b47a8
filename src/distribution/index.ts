export type { DistributionContext } from './context.ts';
export { createDistribution, type Distribution, type DistributionSettings } from './create-distribution.ts';
export { type DistributionTables, distributionMigrations } from './tables.ts';
