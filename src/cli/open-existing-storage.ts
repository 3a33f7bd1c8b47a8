import { stat } from 'node:fs/promises';
import { ladingPaths, openStorage, type Settings, type Storage } from '../app/index.ts';
import { filesystemLayout } from '../blob/index.ts';
import { type Clock, silentLogger } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import { printable } from './printable.ts';

/**
 * The registry's storage, shared with a server that may be running. Makes none where there is none: throws
 * `CliError` nothing-there.
 */
export async function openExistingStorage(storage: Settings['storage'], clock: Clock): Promise<Storage> {
  const root = requireRoot(storage);
  if (!(await exists(ladingPaths(root).database))) throw await whyNothingThere(root);
  return openStorage({ storage, exclusive: false, clock, log: silentLogger });
}

/** Throws `CliError` nothing-there when nothing outlives the server. */
export function requireRoot(storage: Settings['storage']): string {
  if (storage.kind === 'filesystem') return storage.root;
  throw new CliError(
    'nothing-there',
    'The configuration keeps everything in the memory of the server (storage.inmemory), where no other command sees it. Name a folder with --root.',
  );
}

async function whyNothingThere(root: string): Promise<CliError> {
  const name = printable(root);
  if (!(await exists(root))) {
    return new CliError(
      'nothing-there',
      `There is no folder ${name}. Say with --root or --config where the registry is.`,
    );
  }
  return (await exists(filesystemLayout(root).blobsDir))
    ? new CliError(
        'nothing-there',
        `${name} is a volume of registry:2 that Lading has not read yet. Run first: lading serve --root ${name} (or lading rebuild)`,
      )
    : new CliError(
        'nothing-there',
        `There is no registry in ${name}. Say with --root or --config where it is, or start one: lading serve --root ${name}`,
      );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
