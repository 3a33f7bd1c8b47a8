import type { Accounts } from '../accounts.ts';
import type { Readable } from '../authorizer.ts';
import { compilePattern, type Pattern, wholeNamespace } from '../pattern.ts';
import type { Subject } from './decide.ts';
import type { Policy } from './policy.ts';

export const publicOnly: Readable = { all: false, publicOnes: true, patterns: [], within: undefined };

/** A bound of `Accounts.list`; who is in more organisations finds the private repositories of the first ones. */
const MAX_NAMESPACES = 1000;

/** What a policy lets its account pull. Patterns that say the same come once. */
export async function readablePatterns(
  accounts: Accounts,
  subject: Subject,
  policy: Policy,
): Promise<Pattern[]> {
  const namespaces = await accounts.list([...policy.keys()].slice(0, MAX_NAMESPACES));
  const patterns = namespaces.flatMap(({ id, name }) =>
    (policy.get(id) ?? [])
      .filter((rule) => rule.actions.has('repository:pull'))
      .map((rule) => rule.patternIn(name)),
  );
  if (subject.isUser) patterns.push(compilePattern(wholeNamespace(subject.name)));
  return [...new Map(patterns.map((pattern) => [pattern.text, pattern])).values()];
}
