import { systemClock } from '../kernel/index.ts';
import type { CommandContext } from './command-context.ts';
import { createProgram } from './create-program.ts';
import { createOutput } from './output.ts';
import { reportFailure } from './report-failure.ts';

const context: CommandContext = {
  out: createOutput(process.stdout),
  err: createOutput(process.stderr),
  input: process.stdin,
  clock: systemClock,
  env: process.env,
};

try {
  await createProgram(context).parseAsync();
} catch (error) {
  // At once: a command that failed must not be kept alive by what it has left open.
  process.exit(await reportFailure(error, context));
}
