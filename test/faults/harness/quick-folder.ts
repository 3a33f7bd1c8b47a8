import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As `temporaryFolder`, in memory where that is possible: for tests in which no real disk is waited for. */
export async function quickFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(fastest(), 'lading-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function fastest(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
