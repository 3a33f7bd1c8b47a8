import { spawnSync } from 'node:child_process';

/**
 * The `skip` option of a test that needs a program: false where it runs with these arguments, else the reason. With
 * LADING_REQUIRE_ALL=1 nothing is skipped, so that the test fails where the program is missing.
 */
export function skipWithout(program: string, ...args: readonly string[]): string | false {
  if (process.env.LADING_REQUIRE_ALL === '1' || spawnSync(program, args).status === 0) return false;
  return `${program} is not installed`;
}
