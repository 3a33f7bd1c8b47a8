import type { WorkloadRight } from '../../http/index.ts';
import { namespaceOf } from '../../oci/index.ts';
import type { Decision, Resource } from '../decision.ts';
import type { Pattern } from '../pattern.ts';
import { patternsOf, scopeAllows } from './token-scope.ts';

/**
 * What the rules that let a workload in give, beside what anybody may: things to do to repositories of the organisation
 * that made the rule, and nothing to the organisation itself. Undefined when none of them does.
 */
export function decideWorkload(
  rights: readonly WorkloadRight[],
  action: string,
  resource: Resource,
): Decision | undefined {
  if (resource.type !== 'repository' || (action !== 'pull' && action !== 'push' && action !== 'delete')) {
    return undefined;
  }
  const namespace = namespaceOf(resource.name);
  const right = rights.find(
    ({ organisation, gives }) => organisation === namespace && scopeAllows(gives, action, resource),
  );
  return right && { allowed: true, because: { kind: 'workload', organisation: right.organisation } };
}

export function pullableBy(rights: readonly WorkloadRight[]): Pattern[] {
  return rights
    .filter(({ gives }) => gives.actions.includes('pull'))
    .flatMap(({ gives }) => patternsOf(gives));
}
