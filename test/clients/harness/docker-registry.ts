/** The registry that Lading replaces: Debian's docker-registry 2.8.2, the oracle of drop-in stories. */

import { writeFileSync } from 'node:fs';
import { findFreePort, type Registry, type RegistryOptions, startServer } from './registry.ts';
import type { Scene } from './scene.ts';
import { findTool } from './tools.ts';

export async function startDockerRegistry(
  scene: Scene,
  root: string,
  options: RegistryOptions = {},
): Promise<Registry> {
  const port = options.port ?? (await findFreePort());
  const config = scene.path(`docker-registry-${port}.yml`);
  writeFileSync(
    config,
    `version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: ${root} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${port}" }
`,
  );
  return await startServer(scene, {
    ...options,
    root,
    port,
    program: [findTool('docker-registry') ?? 'docker-registry', 'serve', config],
  });
}
