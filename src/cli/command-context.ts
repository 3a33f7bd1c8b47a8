import type { Clock } from '../kernel/index.ts';
import type { Output } from './output.ts';

/** What a command has of the world. */
export interface CommandContext {
  readonly out: Output;
  readonly err: Output;
  /** Standard input. */
  readonly input: NodeJS.ReadStream;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}
