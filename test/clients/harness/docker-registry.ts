/** The registry that Lading replaces: Debian's docker-registry 2.8.2, the oracle of drop-in stories. */

import { writeFileSync } from 'node:fs';
import { findFreePort, type Registry, startProgram } from './registry.ts';
import type { Scene } from './scene.ts';
import { findTool } from './tools.ts';

export async function startDockerRegistry(scene: Scene, root: string): Promise<Registry> {
  const port = await findFreePort();
  const config = scene.path(`docker-registry-${port}.yml`);
  writeFileSync(config, dockerRegistryConfig(root, port));
  return await startProgram(scene, {
    root,
    port,
    command: [findTool('docker-registry') ?? 'docker-registry', 'serve', config],
  });
}

/** The file that the registry:2 image ships, with this folder and port, and with deletion. */
export function dockerRegistryConfig(root: string, port: number): string {
  return `version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: ${root}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:${port}
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`;
}
