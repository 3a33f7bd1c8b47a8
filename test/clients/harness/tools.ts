/** The programs that client stories run, where they are, and what to type when they are not there. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const CHECKOUT = resolve(import.meta.dirname, '../../..');

/** The Debian package of each program; undefined for those that scripts/install-test-tools builds. */
const PACKAGES = {
  buildah: 'buildah',
  busybox: 'busybox-static',
  conformance: undefined,
  containerd: 'containerd',
  crane: undefined,
  ctr: 'containerd',
  curl: 'curl',
  debootstrap: 'debootstrap',
  docker: 'docker.io',
  'docker-compose': 'docker-compose',
  'docker-registry': 'docker-registry',
  dockerd: 'docker.io',
  helm: undefined,
  htpasswd: 'apache2-utils',
  npm: 'npm',
  openssl: 'openssl',
  oras: undefined,
  podman: 'podman',
  regctl: undefined,
  skopeo: 'skopeo',
  'systemd-analyze': 'systemd',
  tar: 'tar',
  umoci: 'umoci',
} as const;

export type Tool = keyof typeof PACKAGES;
/** `root`: the story starts a daemon that must own namespaces and mounts. */
export type Need = Tool | 'root';

/** The programs' folders: what scripts/install-test-tools built, then the path, then where daemons live. */
export const TOOL_PATH = [
  join(CHECKOUT, '.cache/tools/bin'),
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
].join(delimiter);

/** The program's absolute path, or undefined when it is not installed. */
export function findTool(tool: string): string | undefined {
  return TOOL_PATH.split(delimiter)
    .map((folder) => join(folder, tool))
    .find(isExecutable);
}

/** What the machine lacks of these, with the line that would bring it; undefined when all is there. */
export function findUnmet(needs: readonly Need[]): string | undefined {
  const unmet = needs.filter((need) => !isMet(need));
  if (unmet.length === 0) return undefined;
  const packages = new Set<string>();
  const lines = new Set<string>();
  for (const need of unmet) {
    const name = need === 'root' ? undefined : PACKAGES[need];
    if (name !== undefined) packages.add(name);
    else lines.add(need === 'root' ? 'run as root' : 'scripts/install-test-tools');
  }
  if (packages.size > 0) lines.add(`apt-get install ${[...packages].join(' ')}`);
  return `needs ${unmet.join(', ')}: ${[...lines].join('; ')}`;
}

function isMet(need: Need): boolean {
  return need === 'root' ? process.getuid?.() === 0 : findTool(need) !== undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
