import { CodedError } from '../../kernel/index.ts';

export type ConfigurationErrorCode =
  | 'file-unreadable'
  | 'file-invalid'
  | 'value-invalid'
  | 'key-not-supported'
  | 'conflict';

/** One thing that stops the start. The text names the key, where it came from and what to do; never a secret. */
export interface Problem {
  readonly code: ConfigurationErrorCode;
  readonly text: string;
}

/**
 * The configuration cannot be used. Its message lists every problem, one a line, and then what was warned of, which
 * may be the cause of a problem; its code is the first problem's.
 */
export class ConfigurationError extends CodedError<ConfigurationErrorCode> {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];

  constructor(
    problems: readonly [Problem, ...Problem[]],
    options: ErrorOptions & { warnings?: readonly string[] } = {},
  ) {
    const { warnings = [], ...rest } = options;
    super(problems[0].code, [...problems.map(({ text }) => text), ...warnings].join('\n'), rest);
    this.problems = problems;
    this.warnings = warnings;
  }
}
