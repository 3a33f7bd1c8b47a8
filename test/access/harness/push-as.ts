import assert from 'node:assert/strict';
import { type AccountsServer, type BuiltImage, withDigest } from '../../../src/testing/index.ts';

/** Blobs, then the manifest under each tag; answers the first status that is no success, else 201. */
export async function tryPush(
  server: AccountsServer,
  as: string | undefined,
  image: { repository: string; image: BuiltImage; tags?: readonly string[] },
): Promise<number> {
  const { repository, tags = ['latest'] } = image;
  const headers = as === undefined ? {} : { Authorization: as };
  for (const { digest, bytes } of image.image.blobs) {
    const started = await server.api(`POST /v2/${repository}/blobs/uploads/`, { headers });
    if (started.status !== 202) return started.status;
    const line = `PUT ${withDigest(started.header('location') ?? '', digest)}`;
    const finished = await server.raw(line, { headers, body: bytes });
    if (finished.status !== 201) return finished.status;
  }
  const { mediaType, content } = image.image.manifest;
  for (const tag of tags) {
    const put = await server.raw(`PUT /v2/${repository}/manifests/${tag}`, {
      headers: { ...headers, 'Content-Type': mediaType },
      body: content,
    });
    if (put.status !== 201) return put.status;
  }
  return 201;
}

export async function pushAs(
  server: AccountsServer,
  as: string,
  image: { repository: string; image: BuiltImage; tags?: readonly string[] },
): Promise<void> {
  assert.equal(await tryPush(server, as, image), 201, `push to ${image.repository}`);
}
