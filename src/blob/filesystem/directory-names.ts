import type { Files } from './files.ts';
import { ifPresent } from './on-disk.ts';

/** The names in a directory, a few at a time; none if there is no such directory. */
export async function* directoryNames(files: Files, path: string): AsyncGenerator<string> {
  const directory = await ifPresent(files.opendir(path));
  if (directory === undefined) return;
  for await (const entry of directory) yield entry.name;
}
