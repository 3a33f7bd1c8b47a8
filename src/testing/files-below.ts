import { readdirSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Paths of all files below `folder`, relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files below `folder` that a process (this one) has open now, one line for each handle. */
export function openFilesBelow(folder: string, pid: number | 'self' = 'self'): string[] {
  const handles = `/proc/${pid}/fd`;
  return readdirSync(handles).flatMap((handle) => {
    try {
      const path = readlinkSync(join(handles, handle));
      return path.startsWith(`${folder}/`) ? [relative(folder, path)] : [];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}
