import type { RepositoryName } from '../oci/index.ts';
import type { Readable, RepositoryAccess, Visibility } from './repository-access.ts';

/** Whether somebody may read a repository of that name and visibility. */
export function isReadable(readable: Readable, name: RepositoryName, visibility: Visibility): boolean {
  const { all, publicOnes, patterns, within } = readable;
  if (publicOnes && visibility === 'public') return true;
  if (within && !within.some((pattern) => pattern.matches(name))) return false;
  return all || patterns.some((pattern) => pattern.matches(name));
}

/** Of these names those that may be read, with their visibility, in the same order. */
export async function filterReadable(
  access: RepositoryAccess,
  readable: Readable,
  names: readonly RepositoryName[],
): Promise<{ name: RepositoryName; visibility: Visibility }[]> {
  const seen: { name: RepositoryName; visibility: Visibility }[] = [];
  for (const name of names) {
    const visibility = await access.findVisibility(name);
    if (isReadable(readable, name, visibility)) seen.push({ name, visibility });
  }
  return seen;
}
