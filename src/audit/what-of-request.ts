import type { RouteAccess } from '../http/index.ts';
import { namespaceOf } from '../oci/index.ts';
import type { AuditEntry } from '../rest/index.ts';

export function isWrite(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE';
}

/** The thing that a request is about, as far as its route says so; else `name`. */
export function resourceOf(access: RouteAccess, name = ''): AuditEntry['resource'] {
  if (typeof access === 'string') return { type: 'system', name };
  const isNamespace = access.type === 'namespace' || access.type === 'account';
  const owner = isNamespace ? access.name : ownerOf(access.type, access.name);
  return { type: access.type, name: access.name, namespace: owner };
}

/** The user or organisation of a repository; official ones have none. */
export function ownerOf(type: string, name: string): string | undefined {
  return type === 'repository' ? namespaceOf(name) : undefined;
}
