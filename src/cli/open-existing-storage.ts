import { openStorage, type Settings, type Storage } from '../app/index.ts';
import { type Clock, silentLogger } from '../kernel/index.ts';
import { assertAdopted, assertDatabaseExists, requireRoot } from './registry-root.ts';

/**
 * The registry's storage, shared with a server that may be running, unless `exclusive` (as `openStorage` says). Makes
 * none where there is none, or where a volume of registry:2 was not read to its end: throws `CliError` nothing-there.
 */
export async function openExistingStorage(options: {
  storage: Settings['storage'];
  exclusive: boolean;
  clock: Clock;
}): Promise<Storage> {
  await assertDatabaseExists(requireRoot(options.storage));
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await openStorage({ ...options, log: silentLogger }));
  await assertAdopted(storage);
  opened.move();
  return storage;
}
