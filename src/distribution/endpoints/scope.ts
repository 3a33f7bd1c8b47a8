import type { AccessRequirement } from '../../http/index.ts';
import { OciError, parseRepositoryName, type RepositoryName } from '../../oci/index.ts';

type Params = Readonly<Record<string, string>>;

export function repositoryOf(params: Params): RepositoryName {
  return parseRepositoryName(params.name ?? '');
}

/** The access that distribution's own authorisation asks for, method by method (clients know these scopes). */
export function repositoryAccess(...actions: string[]): (params: Params) => AccessRequirement {
  return (params) => ({ type: 'repository', name: repositoryOf(params), actions });
}

/** 405 for what the operator has switched off; the text says with which key. */
export function notAllowedHere(what: string): OciError {
  return new OciError('UNSUPPORTED', what);
}
