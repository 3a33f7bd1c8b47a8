import { openConnection } from '../load/connection.ts';
import { blobOf, type Image, makeImage, randomBytes } from '../load/image.ts';
import { pushBlob, pushImage } from '../load/push.ts';
import type { Server } from '../peers/start-server.ts';

export const REPOSITORY = 'bench/app';

/** Pushes one small image as `bench/app:latest`. */
export async function prepareImage(server: Server): Promise<Image> {
  const image = makeImage({ seed: 'manifest', layers: 6, minBytes: 1_000, maxBytes: 100_000 });
  const connection = await openConnection(server.url);
  try {
    await pushImage(connection, REPOSITORY, 'latest', image);
  } finally {
    connection.close();
  }
  return image;
}

/** Pushes a blob into `bench/app` and answers its digest. */
export async function prepareBlob(server: Server, sizeBytes: number): Promise<string> {
  const blob = blobOf(randomBytes('big', sizeBytes));
  const connection = await openConnection(server.url);
  try {
    await pushBlob(connection, REPOSITORY, blob);
  } finally {
    connection.close();
  }
  return blob.digest;
}
