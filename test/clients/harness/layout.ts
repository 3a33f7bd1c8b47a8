/** Writes OCI image layouts with real digests, for clients to push. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from './http.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Layout {
  readonly dir: string;
  /** A single-layer image holding one file; tagged when `tag` is given. */
  addImage(image: { architecture?: string; content: string | Uint8Array; tag?: string }): Descriptor;
  addIndex(index: { manifests: readonly Descriptor[]; tag: string }): Descriptor;
  /** The bytes of a blob. */
  read(digest: string): Buffer;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export function createLayout(dir: string): Layout {
  const blobs = join(dir, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const tagged: Descriptor[] = [];

  const pathOf = (digest: string) => join(blobs, digest.slice('sha256:'.length));
  const add = (mediaType: string, bytes: Uint8Array | string): Descriptor => {
    const digest = sha256(bytes);
    writeFileSync(pathOf(digest), bytes);
    return { mediaType, digest, size: Buffer.byteLength(bytes) };
  };
  const tagAs = (descriptor: Descriptor, tag: string) => {
    tagged.push({ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } });
    writeFileSync(
      join(dir, 'index.json'),
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: tagged }),
    );
  };

  return {
    dir,
    addImage({ architecture = 'amd64', content, tag }) {
      const tar = tarOf('content', Buffer.from(content));
      const layer = add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar, { level: 1 }));
      const config = add(
        'application/vnd.oci.image.config.v1+json',
        JSON.stringify({
          architecture,
          os: 'linux',
          config: {},
          rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
        }),
      );
      const bytes = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
      const manifest = { ...add(MANIFEST, bytes), platform: { os: 'linux', architecture } };
      if (tag !== undefined) tagAs(manifest, tag);
      return manifest;
    },
    addIndex({ manifests, tag }) {
      const index = add(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
      tagAs(index, tag);
      return index;
    },
    read: (digest) => readFileSync(pathOf(digest)),
  };
}

/** A ustar archive of one file: header, content padded to 512 bytes, two zero blocks. */
export function tarOf(name: string, content: Uint8Array): Buffer {
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8) + octal(0, 8), 108);
  header.write(octal(content.length, 12) + octal(0, 12), 124);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  );
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
