import type { Reference, RepositoryName } from '../../oci/index.ts';

export interface PullCommands {
  readonly docker: string;
  readonly podman: string;
  readonly skopeo: string;
  readonly crane: string;
}

/** Ready to be pasted. `origin` is how who asks addressed this server; none of it needs quoting in a shell. */
export function pullCommands(origin: string, repository: RepositoryName, reference: Reference): PullCommands {
  const { host, protocol } = new URL(origin);
  const name = reference.kind === 'tag' ? `:${reference.tag}` : `@${reference.digest}`;
  const image = `${host}/${repository}${name}`;
  const isPlain = protocol === 'http:';
  const base = repository.slice(repository.lastIndexOf('/') + 1);
  const target = reference.kind === 'tag' ? `${base}:${reference.tag}` : base;
  return {
    // Of a plain host docker must be told in its daemon.json; at localhost it asks no questions.
    docker: `docker pull ${image}`,
    podman: `podman pull ${isPlain ? '--tls-verify=false ' : ''}${image}`,
    skopeo: `skopeo copy ${isPlain ? '--src-tls-verify=false ' : ''}docker://${image} oci:${target}`,
    crane: `crane pull ${isPlain ? '--insecure ' : ''}${image} ${base}.tar`,
  };
}
