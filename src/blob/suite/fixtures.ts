import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Digest, type DigestAlgorithm, digestOf } from '../../oci/index.ts';
import { BlobError, type BlobErrorCode } from '../blob-error.ts';
import type { BlobStore, UploadKey } from '../blob-store.ts';

export interface BlobStoreUnderTest extends AsyncDisposable {
  readonly store: BlobStore;
  /** Another store over the same bytes, as after a restart. Absent if the store forgets. */
  reopen?(): Promise<BlobStore>;
  /** Changes the bytes of a blob behind the store's back. Absent if nothing can get there. */
  damage?(digest: Digest, bytes: Uint8Array): Promise<void>;
}

export type MakeStore = () => Promise<BlobStoreUnderTest>;

/** The same bytes each time, without a period that a misplaced block could hide in. */
export function someBytes(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed;
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

export function newKey(repository = 'library/app'): UploadKey {
  return { repository, id: randomUUID() };
}

export async function* chunksOf(bytes: Uint8Array, chunkBytes = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.slice(at, at + chunkBytes);
}

/** Gives `bytes`, then breaks as a client does who goes away. */
export async function* brokenAfter(bytes: Uint8Array, error: unknown): AsyncGenerator<Uint8Array> {
  yield* chunksOf(bytes);
  throw error;
}

export async function beginUpload(
  store: BlobStore,
  algorithm: DigestAlgorithm = 'sha256',
): Promise<UploadKey> {
  const key = newKey();
  await store.createUpload(key, { algorithm });
  return key;
}

/** A whole push through a session. */
export async function push(store: BlobStore, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf('sha256', bytes);
  const key = await beginUpload(store);
  await store.appendUpload(key, chunksOf(bytes), 0);
  await store.finishUpload(key, digest);
  return digest;
}

async function readBlob(store: BlobStore, digest: Digest): Promise<Uint8Array> {
  await using blob = await store.open(digest);
  const bytes = new Uint8Array(blob.sizeBytes);
  for (let at = 0; at < bytes.byteLength; ) {
    const count = await blob.read(bytes.subarray(at), at);
    assert.ok(count > 0, 'the blob ended before its size');
    at += count;
  }
  return bytes;
}

/** Compares without printing megabytes when it fails. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.byteLength, expected.byteLength);
  assert.ok(Buffer.from(actual).equals(expected), 'the bytes differ');
}

export function assertHolds(store: BlobStore, digest: Digest, bytes: Uint8Array): Promise<void> {
  return readBlob(store, digest).then((read) => assertSameBytes(read, bytes));
}

export function failsWith(code: BlobErrorCode): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof BlobError, `expected a BlobError, got ${error}`);
    assert.equal(error.code, code);
    return true;
  };
}
