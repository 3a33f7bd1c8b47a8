import { stat } from 'node:fs/promises';
import { ladingPaths, type Settings, type Storage } from '../app/index.ts';
import { filesystemLayout } from '../blob/index.ts';
import { isAdopted } from '../distribution/index.ts';
import { printable } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';

/** The folder of the registry. Throws `CliError` nothing-there when nothing outlives the server. */
export function requireRoot(storage: Settings['storage']): string {
  if (storage.kind === 'filesystem') return storage.root;
  throw new CliError(
    'nothing-there',
    'The configuration keeps everything in the memory of the server (storage.inmemory), where no other command sees it. Name a folder with --root.',
  );
}

/** Looks without making anything. Throws `CliError` nothing-there, with what to do instead. */
export async function assertDatabaseExists(root: string): Promise<void> {
  if (await exists(ladingPaths(root).database)) return;
  if (await exists(filesystemLayout(root).blobsDir)) throw notAdopted(root);
  throw await noRegistry(root);
}

/** The facts of a volume that was read in part would pass for all of them. Throws `CliError` nothing-there. */
export async function assertAdopted({ db, root }: Storage): Promise<void> {
  if (root !== undefined && !(await isAdopted(db.reads))) throw notAdopted(root);
}

/** As `assertDatabaseExists`, for the files that a database can be made from. */
export async function assertTreeExists(root: string): Promise<void> {
  if (!(await exists(filesystemLayout(root).blobsDir))) throw await noRegistry(root);
}

function notAdopted(root: string): CliError {
  const name = printable(root);
  return new CliError(
    'nothing-there',
    `${name} is a volume of registry:2 that Lading has not read to its end. First run, or wait for: lading serve --root ${name} (or lading rebuild)`,
  );
}

async function noRegistry(root: string): Promise<CliError> {
  const name = printable(root);
  const where = (await exists(root)) ? `There is no registry in ${name}.` : `There is no folder ${name}.`;
  return new CliError(
    'nothing-there',
    `${where} Say with --root or --config where the registry is; lading serve starts a new one.`,
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
