import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A file beside the database that says that a registry has accounts. Without it a database that is lost, or emptied by
 * a mistake, would leave a registry that is open to everybody.
 */
export function accountsMarkOf(root: string): string {
  return join(root, 'lading', 'accounts');
}

export async function hasAccountsMark(root: string): Promise<boolean> {
  try {
    await stat(accountsMarkOf(root));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Durable when it resolves. */
export async function putAccountsMark(root: string): Promise<void> {
  if (await hasAccountsMark(root)) return;
  const folder = join(root, 'lading');
  await mkdir(folder, { recursive: true });
  {
    await using mark = await open(accountsMarkOf(root), 'w', 0o600);
    await mark.writeFile(
      'This registry has accounts. While this file is here, it is never open to everybody.\n',
    );
    await mark.sync();
  }
  await using entries = await open(folder, 'r');
  await entries.sync();
}
