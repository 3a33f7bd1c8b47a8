import type { Agent } from 'node:http';
import {
  type Answer,
  ask,
  type BuiltBlob,
  type BuiltManifest,
  buildBlob,
  buildImage,
  someBytes,
  withDigest,
} from '../../../src/testing/index.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** An upload that somebody began, with how much of it the server said it has. */
export interface OpenUpload {
  readonly location: string;
  readonly repository: string;
  readonly blob: BuiltBlob;
  acknowledgedBytes: number;
}

export interface Traffic {
  readonly port: number;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly agent: Agent;
  /** Tells clients apart: each has a repository of its own beside the shared one. */
  readonly client: string;
  /** The repository that all write to. */
  readonly shared?: string;
  readonly uploads: OpenUpload[];
  /** Answers that nobody should get, whatever the fault. */
  readonly unexpected: string[];
}

const sharedTags = ['one', 'two', 'three'];
const largestBlobBytes = 200_000;

export const blobName = (repository: string, digest: string) => `blob ${repository} ${digest}`;
const manifestName = (repository: string, digest: string) => `manifest ${repository} ${digest}`;
const tagName = (repository: string, tag: string) => `tag ${repository} ${tag}`;

/**
 * One client that pushes images, moves and deletes tags, mounts, deletes manifests and blobs, and uploads in chunks, until
 * `isOver` or until its connection breaks. Everything it is told goes into the ledger. Answers with a 5xx leave open
 * whether it happened.
 */
export async function runClient(traffic: Traffic, isOver: () => boolean): Promise<void> {
  const work = [pushOwnImage, pushOwnImage, moveSharedTag, moveSharedTag, deleteSharedTag, deleteOwnManifest];
  const all = [...work, mountBlob, pushAndDeleteBlob, uploadInChunks, uploadInChunks, leaveUpload];
  try {
    while (!isOver()) await traffic.random.pick(all)(traffic);
  } catch (error) {
    // The server was killed: what the ledger has is what the client knows.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Each kind of change once, one after the other. */
export async function changeEachOnce(traffic: Traffic): Promise<void> {
  const first = [pushOwnImage, moveSharedTag, mountBlob, uploadInChunks];
  const then = [pushAndDeleteBlob, deleteSharedTag, leaveUpload, deleteOwnManifest];
  for (const step of [...first, ...then]) await step(traffic);
}

/** Asks for a change of `names`; answers whether it was acknowledged. */
async function change(
  traffic: Traffic,
  line: string,
  options: {
    names: readonly (readonly [name: string, value: string | undefined])[];
    done: number;
    /** Statuses that say it did not happen, and are right to. */
    refused?: readonly number[];
    headers?: Record<string, string>;
    body?: Uint8Array;
  },
): Promise<Answer> {
  const { names, done, refused = [], headers = {}, body } = options;
  const settle = names.map(([name, value]) => traffic.ledger.begin(name, value));
  const answer = await ask(traffic, line, { headers, agent: traffic.agent, ...(body && { body }) });
  if (answer.status === done) for (const settled of settle) settled(true);
  else if (answer.status < 500) {
    for (const settled of settle) settled(false);
    if (!refused.includes(answer.status)) noteUnexpected(traffic, line, answer);
  } else if (![503, 507].includes(answer.status)) noteUnexpected(traffic, line, answer);
  return answer;
}

function noteUnexpected({ unexpected }: Traffic, line: string, answer: Answer): void {
  unexpected.push(`${line}: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
}

function randomBlob({ random }: Traffic): BuiltBlob {
  const bytes = random.next() < 0.7 ? random.between(1, 5_000) : random.between(5_000, largestBlobBytes);
  return buildBlob(someBytes(bytes, random.between(1, 2 ** 31)));
}

async function startUpload(traffic: Traffic, repository: string): Promise<string | undefined> {
  const line = `POST /v2/${repository}/blobs/uploads/`;
  const answer = await change(traffic, line, { names: [], done: 202 });
  return answer.status === 202 ? answer.header('location') : undefined;
}

export async function pushBlob(traffic: Traffic, repository: string, blob: BuiltBlob): Promise<boolean> {
  const names = [[blobName(repository, blob.digest), blob.digest]] as const;
  const { bytes: body, digest } = blob;
  if (traffic.random.next() < 0.3) {
    const line = `POST ${withDigest(`/v2/${repository}/blobs/uploads/`, digest)}`;
    return (await change(traffic, line, { names, done: 201, body })).status === 201;
  }
  const location = await startUpload(traffic, repository);
  if (location === undefined) return false;
  return (
    (await change(traffic, `PUT ${withDigest(location, digest)}`, { names, done: 201, body })).status === 201
  );
}

export async function putManifest(
  traffic: Traffic,
  target: { repository: string; tag: string | undefined },
  manifest: BuiltManifest,
): Promise<boolean> {
  const { repository, tag } = target;
  const { digest, content, mediaType } = manifest;
  const names: [string, string | undefined][] = [[manifestName(repository, digest), digest]];
  if (tag !== undefined) names.push([tagName(repository, tag), digest]);
  const answer = await change(traffic, `PUT /v2/${repository}/manifests/${tag ?? digest}`, {
    names,
    done: 201,
    headers: { 'Content-Type': mediaType },
    body: content,
  });
  return answer.status === 201;
}

async function pushImage(traffic: Traffic, repository: string, tag: string): Promise<void> {
  const { random } = traffic;
  const seed = random.between(1, 2 ** 31);
  const image = buildImage({ seed, layers: random.between(1, 2), layerBytes: random.between(1, 3_000) });
  for (const blob of image.blobs) if (!(await pushBlob(traffic, repository, blob))) return;
  await putManifest(traffic, { repository, tag }, image.manifest);
}

const sharedRepository = ({ shared = 'shared/app' }: Traffic) => shared;
const ownRepository = ({ client }: Traffic) => `own/${client}`;

export async function pushOwnImage(traffic: Traffic): Promise<void> {
  await pushImage(traffic, ownRepository(traffic), `t${traffic.random.between(1, 4)}`);
}

async function moveSharedTag(traffic: Traffic): Promise<void> {
  await pushImage(traffic, sharedRepository(traffic), traffic.random.pick(sharedTags));
}

async function deleteSharedTag(traffic: Traffic): Promise<void> {
  const shared = sharedRepository(traffic);
  const tag = traffic.random.pick(sharedTags);
  const names = [[tagName(shared, tag), undefined]] as const;
  await change(traffic, `DELETE /v2/${shared}/manifests/${tag}`, { names, done: 202, refused: [404] });
}

/** With every tag that points at it, of which nobody else knows. */
async function deleteOwnManifest(traffic: Traffic): Promise<void> {
  const { ledger, random } = traffic;
  const repository = ownRepository(traffic);
  const sure = (name: string) => {
    const allowed = [...ledger.allowed(name)];
    return allowed.length === 1 ? allowed[0] : undefined;
  };
  const ofRepository = ledger.names().filter((name) => name.split(' ')[1] === repository);
  const tags = ofRepository.filter((name) => name.startsWith('tag '));
  const isOpen = tags.some((name) => ledger.allowed(name).size > 1);
  const digests = ofRepository.filter((name) => name.startsWith('manifest ')).map(sure);
  const known = digests.filter((digest) => digest !== undefined);
  if (isOpen || known.length === 0) return;
  const digest = random.pick(known);
  const names: [string, undefined][] = [[manifestName(repository, digest), undefined]];
  for (const name of tags) if (sure(name) === digest) names.push([name, undefined]);
  await change(traffic, `DELETE /v2/${repository}/manifests/${digest}`, { names, done: 202 });
}

async function mountBlob(traffic: Traffic): Promise<void> {
  const blob = randomBlob(traffic);
  const from = ownRepository(traffic);
  if (!(await pushBlob(traffic, from, blob))) return;
  const repository = `mounted/${traffic.client}`;
  const names = [[blobName(repository, blob.digest), blob.digest]] as const;
  const query = `?mount=${blob.digest}&from=${encodeURIComponent(from)}`;
  await change(traffic, `POST /v2/${repository}/blobs/uploads/${query}`, { names, done: 201 });
}

/** A blob that no manifest needs. */
async function pushAndDeleteBlob(traffic: Traffic): Promise<void> {
  const repository = `loose/${traffic.client}`;
  const blob = randomBlob(traffic);
  if (!(await pushBlob(traffic, repository, blob))) return;
  const names = [[blobName(repository, blob.digest), undefined]] as const;
  await change(traffic, `DELETE /v2/${repository}/blobs/${blob.digest}`, { names, done: 202 });
  if (traffic.random.next() < 0.5) await pushBlob(traffic, repository, blob);
}

async function beginUpload(traffic: Traffic): Promise<OpenUpload | undefined> {
  const repository = ownRepository(traffic);
  const location = await startUpload(traffic, repository);
  if (location === undefined) return undefined;
  const upload: OpenUpload = { location, repository, blob: randomBlob(traffic), acknowledgedBytes: 0 };
  traffic.uploads.push(upload);
  return upload;
}

async function sendChunk(traffic: Traffic, upload: OpenUpload, end: number): Promise<boolean> {
  const start = upload.acknowledgedBytes;
  if (start === end) return true;
  const answer = await change(traffic, `PATCH ${upload.location}`, {
    names: [],
    done: 202,
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Range': `${start}-${end - 1}` },
    body: upload.blob.bytes.subarray(start, end),
  });
  if (answer.status !== 202) return false;
  upload.acknowledgedBytes = end;
  return true;
}

async function uploadInChunks(traffic: Traffic): Promise<void> {
  const upload = await beginUpload(traffic);
  if (upload === undefined) return;
  const { blob, repository } = upload;
  const middle = traffic.random.between(0, blob.bytes.byteLength);
  for (const end of [middle, blob.bytes.byteLength]) if (!(await sendChunk(traffic, upload, end))) return;
  const names = [[blobName(repository, blob.digest), blob.digest]] as const;
  // It ends here, one way or the other: the ledger knows more of it than the session.
  traffic.uploads.splice(traffic.uploads.indexOf(upload), 1);
  await change(traffic, `PUT ${withDigest(upload.location, blob.digest)}`, { names, done: 201 });
}

async function leaveUpload(traffic: Traffic): Promise<void> {
  const upload = await beginUpload(traffic);
  if (upload) await sendChunk(traffic, upload, traffic.random.between(0, upload.blob.bytes.byteLength));
}
