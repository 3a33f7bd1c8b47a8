import { PROBLEM_CODES, type ProblemCode } from '../api/index.ts';
import { Problem } from '../http/index.ts';

/** A refusal with the status that its code stands for; `detail` says what to do next. For `throw`. */
export function problem(
  code: ProblemCode,
  detail: string,
  options: Omit<ConstructorParameters<typeof Problem>[2], 'status'> = {},
): Problem {
  return new Problem(code, detail, { ...options, status: PROBLEM_CODES[code].status });
}
