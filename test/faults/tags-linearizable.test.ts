import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ask, type BuiltManifest, buildIndex, temporaryFolder } from '../../src/testing/index.ts';
import { type LadingProcess, startLading } from './harness/lading-process.ts';
import { isLinearizable, type Operation } from './harness/linearizability.ts';
import { chooseSeed, createRandom, type Random } from './harness/random.ts';

const clients = 8;
const tags = ['one', 'two'];
const operationsPerClient = 60;
const rounds = Number(process.env.LADING_FAULT_HISTORIES ?? 4);

describe('tags under many clients at once', () => {
  it(`each is a register: every history of puts, gets and deletes has an order (${rounds} histories)`, async (context) => {
    await using folder = await temporaryFolder();
    await using server = await startLading({ root: join(folder.path, 'root') });
    const random = createRandom(chooseSeed());
    context.diagnostic(`LADING_FAULT_SEED=${random.seed}`);
    for (let round = 1; round <= rounds; round++) {
      const histories = await observe(server, { repository: `round/${round}`, random });
      for (const [tag, history] of histories) {
        assert.ok(isLinearizable(history, undefined), `${tag} in round ${round}: ${JSON.stringify(history)}`);
        // The same history with one answer made up must be refused, or nothing was shown.
        const last = Math.max(...history.map(({ endedAt }) => endedAt));
        const invented = { kind: 'get', value: 'invented', startedAt: last + 1, endedAt: last + 2 } as const;
        assert.ok(!isLinearizable([...history, invented], undefined));
      }
    }
  });
});

async function observe(
  server: LadingProcess,
  options: { repository: string; random: Random },
): Promise<Map<string, Operation[]>> {
  const { repository, random } = options;
  const histories = new Map(tags.map((tag): [string, Operation[]] => [tag, []]));
  const agent = new Agent({ keepAlive: true });
  // One clock for all: this process is the only one that asks.
  let time = 0;
  const tick = () => ++time;

  async function work(client: number, own: Random): Promise<void> {
    for (let step = 1; step <= operationsPerClient; step++) {
      const tag = own.pick(tags);
      const path = `/v2/${repository}/manifests/${tag}`;
      const kind = own.pick(['put', 'put', 'get', 'get', 'get', 'delete'] as const);
      // A digest that nobody else writes says which put a get saw.
      const manifest = buildIndex([], { annotations: { put: `${client} ${step}` } });
      const startedAt = tick();
      const value = await askFor(server, { kind, path, manifest, agent });
      histories.get(tag)?.push({ kind, value, startedAt, endedAt: tick() });
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client, random.fork())));
  agent.destroy();
  return histories;
}

async function askFor(
  server: LadingProcess,
  {
    kind,
    path,
    manifest,
    agent,
  }: { kind: Operation['kind']; path: string; manifest: BuiltManifest; agent: Agent },
): Promise<string | undefined> {
  if (kind === 'put') {
    const headers = { 'Content-Type': manifest.mediaType };
    const put = await ask(server, `PUT ${path}`, { headers, body: manifest.content, agent });
    assert.equal(put.status, 201, put.body.toString());
    return manifest.digest;
  }
  const answer = await ask(server, `${kind === 'get' ? 'GET' : 'DELETE'} ${path}`, { agent });
  if (answer.status === 404) return undefined;
  assert.equal(answer.status, kind === 'get' ? 200 : 202, answer.body.toString());
  return kind === 'get' ? answer.header('docker-content-digest') : 'deleted';
}
