/** The programs that client stories run, where they are, and what to type when they are not there. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const CHECKOUT = resolve(import.meta.dirname, '../../..');

const SCRIPT = 'scripts/install-test-tools';

const INSTALL = {
  buildah: 'apt-get install buildah',
  busybox: 'apt-get install busybox-static',
  conformance: SCRIPT,
  containerd: 'apt-get install containerd',
  crane: SCRIPT,
  ctr: 'apt-get install containerd',
  curl: 'apt-get install curl',
  docker: 'apt-get install docker.io',
  'docker-registry': 'apt-get install docker-registry',
  dockerd: 'apt-get install docker.io',
  helm: SCRIPT,
  htpasswd: 'apt-get install apache2-utils',
  openssl: 'apt-get install openssl',
  oras: SCRIPT,
  podman: 'apt-get install podman',
  regctl: SCRIPT,
  skopeo: 'apt-get install skopeo',
  tar: 'apt-get install tar',
  umoci: 'apt-get install umoci',
} as const;

export type Tool = keyof typeof INSTALL;
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

/** What the machine lacks of these, as a sentence with the line that would help; undefined when all is there. */
export function findUnmet(needs: readonly Need[]): string | undefined {
  const unmet = needs.filter((need) =>
    need === 'root' ? process.getuid?.() !== 0 : findTool(need) === undefined,
  );
  if (unmet.length === 0) return undefined;
  const lines = unmet.map((need) => (need === 'root' ? 'sudo npm test' : INSTALL[need]));
  return `needs ${unmet.join(', ')}: ${[...new Set(lines)].join('; ')}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
