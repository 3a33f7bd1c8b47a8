import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { CodedError } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';

/** Says on standard error what went wrong, in a sentence, and answers the exit code: 2 for usage, else 1. */
export async function reportFailure(error: unknown, { err, env }: CommandContext): Promise<number> {
  // Commander has written its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (env.LADING_DEBUG === '1') await err.write(`${inspect(error)}\n`);
  else await err.write(`${err.style('red', 'lading:')} ${sentence(error)}\n`);
  return error instanceof CliError && error.code === 'usage' ? 2 : 1;
}

function sentence(error: unknown): string {
  if (error instanceof CodedError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  // The system's own words name the file and the trouble: "EACCES: permission denied, open '…'".
  if (error instanceof Error && 'syscall' in error) return `${text}.`;
  return `This is a fault of Lading: ${text}. Run it again with LADING_DEBUG=1 for what a report needs.`;
}
