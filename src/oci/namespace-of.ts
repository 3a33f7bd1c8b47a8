/** The first component of a repository's name, or of a pattern of names; undefined for one that has no other. */
export function namespaceOf(repository: string): string | undefined {
  const slash = repository.indexOf('/');
  return slash < 0 ? undefined : repository.slice(0, slash);
}
