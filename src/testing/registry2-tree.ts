import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { algorithmOf, type Digest, digestOf, hexOf } from '../oci/index.ts';
import type { BuiltImage } from './build-image.ts';

/** A volume as registry:2 writes it: plain files, drawn here by hand and not by the code under test. */
export interface Registry2Tree {
  /** `docker/registry/v2` below the root. */
  readonly base: string;
  /** When links are said to have been written; later for each one. */
  readonly firstTime: number;
  writeBlob(bytes: Uint8Array): Promise<Digest>;
  writeLayer(repository: string, digest: string): Promise<void>;
  writeRevision(repository: string, digest: string): Promise<void>;
  writeTag(repository: string, tag: string, digest: string): Promise<void>;
  /** Blobs, links and tags of a whole push. */
  writeImage(repository: string, image: BuiltImage, ...tags: string[]): Promise<void>;
  /** A file of any content, its path relative to `base`. */
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
}

export function createRegistry2Tree(root: string): Registry2Tree {
  const base = join(root, 'docker', 'registry', 'v2');
  const firstTime = Date.UTC(2020, 0, 1);
  let time = firstTime;

  const write = async (path: string, content: string | Uint8Array) => {
    const file = join(base, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await utimes(file, new Date(time), new Date(time));
    time += 1000;
  };
  const inDirectory = (digest: string) => digest.replace(':', '/');

  const tree: Registry2Tree = {
    base,
    firstTime,
    writeFile: write,
    async writeBlob(bytes) {
      const digest = digestOf('sha256', bytes);
      const hex = hexOf(digest);
      await write(`blobs/${algorithmOf(digest)}/${hex.slice(0, 2)}/${hex}/data`, bytes);
      return digest;
    },
    writeLayer: (repository, digest) =>
      write(`repositories/${repository}/_layers/${inDirectory(digest)}/link`, digest),
    writeRevision: (repository, digest) =>
      write(`repositories/${repository}/_manifests/revisions/${inDirectory(digest)}/link`, digest),
    async writeTag(repository, tag, digest) {
      const tagDir = `repositories/${repository}/_manifests/tags/${tag}`;
      await write(`${tagDir}/current/link`, digest);
      await write(`${tagDir}/index/${inDirectory(digest)}/link`, digest);
    },
    async writeImage(repository, image, ...tags) {
      for (const blob of image.blobs) {
        await tree.writeBlob(blob.bytes);
        await tree.writeLayer(repository, blob.digest);
      }
      await mkdir(join(base, 'repositories', repository, '_uploads'), { recursive: true });
      await tree.writeBlob(image.manifest.content);
      await tree.writeRevision(repository, image.manifest.digest);
      for (const tag of tags) await tree.writeTag(repository, tag, image.manifest.digest);
    },
  };
  return tree;
}
