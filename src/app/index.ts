export { putAccountsMark } from './accounts-mark.ts';
export { type App, startApp } from './compose.ts';
export {
  type Configuration,
  ConfigurationError,
  loadConfiguration,
  type Settings,
} from './configuration/index.ts';
export { followFacts } from './follow-facts.ts';
export { type LadingTables, tablesOf } from './migrations.ts';
export { type RebuiltStorage, rebuildStorage } from './rebuild-storage.ts';
export { ladingPaths, openStorage, type Storage } from './storage.ts';
export { ladingVersion } from './version.ts';
