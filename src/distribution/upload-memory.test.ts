import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryBlobStore } from '../blob/index.ts';
import { systemClock } from '../kernel/index.ts';
import { OciError, parseRepositoryName } from '../oci/index.ts';
import { createUploadSessions } from './upload-sessions.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const repository = parseRepositoryName('a/b');
const other = parseRepositoryName('a/c');

/** Reads uploads and keeps nothing of them. */
const drain = {
  ...createMemoryBlobStore({ clock: systemClock }),
  async appendUpload(_key: unknown, source: AsyncIterable<Uint8Array>) {
    let size = 0;
    for await (const chunk of source) size += chunk.byteLength;
    return size;
  },
};

test('an upload in many chunks holds on to nothing for each of them', async () => {
  const sessions = createUploadSessions(drain);
  const id = await sessions.start(repository, 'sha256');
  let grownBytes = Number.POSITIVE_INFINITY;
  const chunk = new Uint8Array(1);
  async function* body() {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 200_000; count++) yield chunk;
    collectGarbage();
    grownBytes = process.memoryUsage().heapUsed - before;
  }
  await sessions.append(repository, id, { body: body(), range: undefined, lengthBytes: undefined });
  assert.ok(grownBytes < 10_000_000, `grew by ${grownBytes} bytes`);
});

test('nobody takes over a session through another repository', async () => {
  const sessions = createUploadSessions(drain);
  const id = await sessions.start(repository, 'sha256');
  const { promise: more, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  async function* slow() {
    yield new Uint8Array(3);
    begin();
    await more;
    yield new Uint8Array(4);
  }
  const append = sessions.append(repository, id, { body: slow(), range: undefined, lengthBytes: undefined });
  await begun;
  const isUnknown = (error: unknown) => error instanceof OciError && error.code === 'BLOB_UPLOAD_UNKNOWN';
  const nothing = { body: slow(), range: undefined, lengthBytes: 0 };
  await assert.rejects(sessions.append(other, id, nothing), isUnknown);
  await assert.rejects(sessions.cancel(other, id), isUnknown);
  goOn();
  assert.equal(await append, 7);
});
