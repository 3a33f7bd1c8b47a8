import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { runLading } from '../../../src/cli/suite/run-lading.ts';
import { digestOf } from '../../../src/oci/index.ts';
import { ask, withDigest } from '../../../src/testing/index.ts';
import type { Held, Ledger } from './ledger.ts';
import { blobName, type OpenUpload } from './traffic.ts';

const readersAtOnce = 8;

/**
 * Reads every name back and compares it with what clients were told; then the ledger goes on from what was read. Nobody
 * may be writing. What is there must be whole: the bytes have their digest, a manifest's blobs can be read, and the
 * list of tags is that of the tags that can be read.
 */
export async function readBack(
  server: { port: number },
  ledger: Ledger,
  names: readonly string[] = ledger.names(),
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: readersAtOnce });
  const held = new Map<string, Held>();
  const left = [...names];
  try {
    const work = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        const value = await readName({ ...server, agent }, name);
        const allowed = ledger.allowed(name);
        assert.ok(
          allowed.has(value),
          `${name} is ${value ?? 'gone'}, it must be ${[...allowed].map((one) => one ?? 'gone').join(' or ')}`,
        );
        held.set(name, value);
      }
    };
    await Promise.all(Array.from({ length: readersAtOnce }, work));
    if (names.length === ledger.names().length) await compareLists({ ...server, agent }, held);
  } finally {
    agent.destroy();
  }
  for (const [name, value] of held) ledger.settle(name, value);
}

interface Reader {
  readonly port: number;
  readonly agent: Agent;
}

async function readName(reader: Reader, name: string): Promise<Held> {
  const [kind, repository, reference] = name.split(' ');
  const { agent } = reader;
  if (kind === 'blob') {
    const answer = await ask(reader, `GET /v2/${repository}/blobs/${reference}`, { agent });
    if (answer.status === 404) return undefined;
    assert.equal(answer.status, 200, `${name}: ${answer.body.toString().slice(0, 300)}`);
    assert.equal(digestOf('sha256', answer.body), reference, `${name} has other bytes`);
    return reference;
  }
  const answer = await ask(reader, `GET /v2/${repository}/manifests/${reference}`, { agent });
  if (answer.status === 404) return undefined;
  assert.equal(answer.status, 200, `${name}: ${answer.body.toString().slice(0, 300)}`);
  const digest = digestOf('sha256', answer.body);
  assert.equal(answer.header('docker-content-digest'), digest, `${name} has other bytes`);
  const { config, layers = [] } = answer.json() as { config?: Described; layers?: Described[] };
  for (const blob of [...(config ? [config] : []), ...layers]) {
    const head = await ask(reader, `HEAD /v2/${repository}/blobs/${blob.digest}`, { agent });
    assert.equal(head.status, 200, `${name} is visible without its blob ${blob.digest}`);
    assert.equal(head.header('content-length'), String(blob.size));
  }
  return digest;
}

interface Described {
  readonly digest: string;
  readonly size: number;
}

async function compareLists(reader: Reader, held: ReadonlyMap<string, Held>): Promise<void> {
  const tags = new Map<string, string[]>();
  for (const [name, value] of held) {
    const [kind, repository = '', tag = ''] = name.split(' ');
    if (kind !== 'tag') continue;
    const ofRepository = tags.get(repository) ?? [];
    tags.set(repository, ofRepository);
    if (value !== undefined) ofRepository.push(tag);
  }
  for (const [repository, expected] of tags) {
    const answer = await ask(reader, `GET /v2/${repository}/tags/list?n=10000`, { agent: reader.agent });
    const listed = answer.status === 404 ? [] : (answer.json() as { tags: string[] | null }).tags;
    assert.deepEqual(listed ?? [], expected.sort(), `tags of ${repository}`);
  }
}

/** `lading check` beside the running server: no problem may be found. Notes (orphans, open uploads) are in order. */
export async function assertCheckClean(root: string): Promise<void> {
  const { code, out } = await runLading(['check', '--json', '--root', root]);
  const problems = out.split('\n').filter((line) => line.includes('"severity":"problem"'));
  assert.deepEqual({ code, problems }, { code: 0, problems: [] });
}

/** Each upload still has what was acknowledged of it, and can be finished. */
export async function assertUploadsGoOn(
  server: { port: number },
  ledger: Ledger,
  uploads: readonly OpenUpload[],
): Promise<void> {
  for (const { location, repository, blob, acknowledgedBytes } of uploads) {
    const state = await ask(server, `GET ${location}`);
    assert.equal(state.status, 204, `${location}: ${state.body.toString()}`);
    const last = Number(state.header('range')?.split('-')[1]);
    // An empty session says 0-0, as one of one byte does.
    const sizeBytes = last === 0 ? acknowledgedBytes : last + 1;
    assert.ok(sizeBytes >= acknowledgedBytes, `${location} has ${sizeBytes}, not ${acknowledgedBytes} bytes`);
    const rest = blob.bytes.subarray(sizeBytes);
    const settle = ledger.begin(blobName(repository, blob.digest), blob.digest);
    const end = await ask(server, `PUT ${withDigest(location, blob.digest)}`, { body: rest });
    assert.equal(end.status, 201, `${location} after ${sizeBytes} bytes: ${end.body.toString()}`);
    settle(true);
  }
}
