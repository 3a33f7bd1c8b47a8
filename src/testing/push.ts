import assert from 'node:assert/strict';
import { type Answer, ask } from './ask.ts';
import type { BuiltBlob, BuiltImage, BuiltManifest } from './build-image.ts';

type Server = { port: number };

/** Begins an upload and answers its location, a path. */
export async function startUpload(server: Server, repository: string, query = ''): Promise<string> {
  const started = await ask(server, `POST /v2/${repository}/blobs/uploads/${query}`);
  assert.equal(started.status, 202, started.body.toString());
  return started.header('location') ?? '';
}

/** Adds `digest` to a location the way clients do, whatever query it has. */
export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}

export async function pushBlob(server: Server, repository: string, blob: BuiltBlob): Promise<void> {
  const location = await startUpload(server, repository);
  const finished = await ask(server, `PUT ${withDigest(location, blob.digest)}`, { body: blob.bytes });
  assert.equal(finished.status, 201, finished.body.toString());
}

export function putManifest(
  server: Server,
  repository: string,
  manifest: BuiltManifest,
  reference: string = manifest.digest,
): Promise<Answer> {
  const headers = { 'Content-Type': manifest.mediaType };
  return ask(server, `PUT /v2/${repository}/manifests/${reference}`, { headers, body: manifest.content });
}

/** Blobs, then the manifest under each of the references (its digest if none is given). */
export async function pushImage(
  server: Server,
  repository: string,
  image: BuiltImage,
  ...references: string[]
): Promise<void> {
  for (const blob of image.blobs) await pushBlob(server, repository, blob);
  for (const reference of references.length > 0 ? references : [image.manifest.digest]) {
    const put = await putManifest(server, repository, image.manifest, reference);
    assert.equal(put.status, 201, put.body.toString());
  }
}
