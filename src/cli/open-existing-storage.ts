import { openStorage, type Settings, type Storage } from '../app/index.ts';
import { type Clock, silentLogger } from '../kernel/index.ts';
import { assertDatabaseExists, requireRoot } from './registry-root.ts';

/**
 * The registry's storage, shared with a server that may be running. Makes none where there is none: throws
 * `CliError` nothing-there.
 */
export async function openExistingStorage(storage: Settings['storage'], clock: Clock): Promise<Storage> {
  await assertDatabaseExists(requireRoot(storage));
  return openStorage({ storage, exclusive: false, clock, log: silentLogger });
}
