import type { AccessRequirement, Call } from '../../http/index.ts';
import { namespaceOf, parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';

export const administer: AccessRequirement = { type: 'system', name: 'registry', actions: ['administer'] };

/** Throws `Problem` denied unless who asks is an administrator. */
export async function assertAdministrator(call: Call, what: string): Promise<void> {
  if (!(await call.may(administer))) throw problem('denied', `Only administrators ${what}.`);
}

/** For the `access` of a route on one repository. */
export const onRepository =
  (action: string) =>
  ({ name }: { name: string }): AccessRequirement => ({
    type: 'repository',
    name: parseRepositoryName(name),
    actions: [action],
  });

/** The account whose log a change of the repository belongs to. */
export function resourceOf(name: RepositoryName) {
  return { type: 'repository', name, namespace: namespaceOf(name) };
}
