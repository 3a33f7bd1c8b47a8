/** The real thing: `docker push` and `docker pull` of a big image. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../docker/engine.ts';
import { writeImageArchive } from '../docker/image-archive.ts';
import type { Measure, Scenario } from '../measure/types.ts';

const IMAGE = 'bench:latest';

export const docker: Scenario = {
  name: 'docker',
  title: 'docker push and docker pull',
  how: 'An image of 12 layers of 42 MB that do not compress, with Debian’s Docker Engine (private, overlay2). Most of the time is the engine’s own: it compresses each layer, and unpacks it.',
  budgetSeconds: 250,
  measures: [measureOf('push', 'docker push, 500 MB'), measureOf('pull', 'docker pull, 500 MB')],
  async run(turn) {
    const { dockerLayers: layers, dockerLayerBytes: layerBytes } = turn.sizes;
    const archive = join(turn.fixturesDir, `docker-${layers}-${layerBytes}.tar`);
    if (!existsSync(archive)) writeImageArchive(archive, { name: IMAGE, layers, layerBytes });
    const engine = await startEngine(join(turn.dir, 'engine'));
    turn.defer(engine.stop);
    const server = await turn.start();
    const name = `${new URL(server.url).host}/bench/docker:latest`;
    await engine.docker('load', '--quiet', '--input', archive);
    await engine.docker('tag', IMAGE, name);
    const timed = (id: string, ...args: readonly string[]) =>
      turn.measure(id, server, async () => {
        const began = performance.now();
        await engine.docker(...args);
        return { value: (performance.now() - began) / 1000, work: (layers * layerBytes) / 1e6 };
      });
    await timed('push', 'push', '--quiet', name);
    await engine.docker('image', 'rm', name, IMAGE);
    await timed('pull', 'pull', '--quiet', name);
  },
};

function measureOf(id: string, title: string): Measure {
  const aims = [{ over: 'best peer', factor: 1 }] as const;
  return { id, title, unit: 's', better: 'lower', work: 'MB', aims };
}
