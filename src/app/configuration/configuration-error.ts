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

/** The configuration cannot be used. Its message lists every problem, one a line; its code is the first one's. */
export class ConfigurationError extends CodedError<ConfigurationErrorCode> {
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems[0].code, problems.map((problem) => problem.text).join('\n'), options);
    this.problems = problems;
  }
}
