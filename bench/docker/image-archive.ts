/** What `docker load` reads: an image of layers that do not compress, each with one file. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '../load/image.ts';

/** Writes the archive to `file`; the image is `name`. */
export function writeImageArchive(
  file: string,
  image: { name: string; layers: number; layerBytes: number },
): void {
  const dir = `${file}.parts`;
  mkdirSync(dir, { recursive: true });
  const layers: { path: string; digest: string }[] = [];
  for (let index = 0; index < image.layers; index++) {
    writeFileSync(join(dir, `file-${index}`), randomBytes(`docker/${index}`, image.layerBytes));
    const path = `layer-${index}.tar`;
    tar(dir, path, [`file-${index}`]);
    rmSync(join(dir, `file-${index}`));
    const digest = createHash('sha256')
      .update(readFileSync(join(dir, path)))
      .digest('hex');
    layers.push({ path, digest: `sha256:${digest}` });
  }
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  };
  const paths = layers.map(({ path }) => path);
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [image.name], Layers: paths }];
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  tar(dir, file, ['manifest.json', 'config.json', ...paths]);
  rmSync(dir, { recursive: true });
}

function tar(dir: string, file: string, names: readonly string[]): void {
  execFileSync('tar', ['--owner=0', '--group=0', '-cf', file, ...names], { cwd: dir });
}
