/** Pushes as containerd does: HEAD, POST for a session, PUT of the whole blob, at last the manifest. */

import type { Connection } from './connection.ts';
import { type Blob, type Image, MANIFEST_TYPE } from './image.ts';

export async function pushImage(
  connection: Connection,
  repository: string,
  tag: string,
  image: Image,
): Promise<void> {
  for (const blob of [...image.layers, image.config]) {
    const { status } = await connection.send({
      method: 'HEAD',
      path: `/v2/${repository}/blobs/${blob.digest}`,
    });
    if (status !== 200) await pushBlob(connection, repository, blob);
  }
  const put = await connection.send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${tag}`,
    headers: { 'Content-Type': MANIFEST_TYPE },
    body: image.manifest.bytes,
    keepBody: true,
  });
  if (put.status !== 201) throw new Error(`PUT manifest: ${put.status} ${put.body.toString()}`);
}

export async function pushBlob(connection: Connection, repository: string, blob: Blob): Promise<void> {
  const post = await connection.send({
    method: 'POST',
    path: `/v2/${repository}/blobs/uploads/`,
    keepBody: true,
  });
  const location = post.header('location');
  if (post.status !== 202 || location === undefined) {
    throw new Error(`POST upload: ${post.status} ${post.body.toString()}`);
  }
  const { pathname, searchParams } = new URL(location, 'http://127.0.0.1');
  searchParams.set('digest', blob.digest);
  const put = await connection.send({
    method: 'PUT',
    path: `${pathname}?${searchParams}`,
    headers: { 'Content-Type': 'application/octet-stream' },
    body: blob.bytes,
    keepBody: true,
  });
  if (put.status !== 201) throw new Error(`PUT blob: ${put.status} ${put.body.toString()}`);
}
