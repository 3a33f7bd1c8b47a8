/** Fuzzing of a running server: half from a grammar, half by mutation of what real clients sent. */

import fc from 'fast-check';
import { startUpload } from '../../../src/testing/index.ts';
import { createRandom, type Random } from '../../faults/harness/random.ts';
import { mutate } from './mutate.ts';
import { type Recording, readRecordings, SESSION } from './recorded-request.ts';
import { requestOfGrammar } from './request-grammar.ts';
import { sendBatch } from './send-batch.ts';

export interface FuzzReport {
  /** Requests sent; after a broken one on its connection the rest is not looked at, as it should be. */
  readonly sent: number;
  readonly answered: number;
  /** How often each status came. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What was sent where the answer was a 5xx, or none came: JSON, to be sent again. */
  readonly findings: readonly string[];
}

const CLIENTS = 16;
const BATCHES_OF_GRAMMAR = 200;
const MAX_FINDINGS = 10;

/** Sends at least `requests` by 16 clients at once. The same seed sends the same, in whatever order. */
export async function runFuzz(options: {
  port: number;
  requests: number;
  seed: number;
  /** After each batch; throws to end the run. */
  onBatch: (report: FuzzReport) => void;
}): Promise<FuzzReport> {
  const { port, seed, onBatch } = options;
  const statuses = new Map<number, number>();
  const findings: string[] = [];
  let [sent, answered] = [0, 0];
  const report = () => ({ sent, answered, statuses, findings });
  const random = createRandom(seed);
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (const batch of batchesOf(random.fork())) {
        if (sent >= options.requests || findings.length >= MAX_FINDINGS) return;
        const requests = await withLiveSession(port, batch);
        sent += requests.length;
        const answer = await sendBatch(port, requests);
        answered += answer.statuses.length;
        for (const status of answer.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (answer.isHung || answer.statuses.some((status) => status >= 500)) {
          const why = answer.isHung ? 'no end' : answer.statuses.join();
          findings.push(`${why}: ${JSON.stringify(requests.map((bytes) => bytes.toString('latin1')))}`);
        }
        onBatch(report());
      }
    }),
  );
  return report();
}

function* batchesOf(random: Random): Generator<readonly Buffer[]> {
  const recordings = readRecordings();
  const grammar = fc.array(requestOfGrammar, { minLength: 1, maxLength: 4 });
  for (;;) {
    for (const batch of fc.sample(grammar, {
      seed: random.between(0, 2 ** 30),
      numRuns: BATCHES_OF_GRAMMAR,
    })) {
      yield batch;
      yield mutatedPart(random.pick(recordings), random);
    }
  }
}

/** Some requests in a row, of which one is changed, or each may be: what comes before must work to lead deep. */
function mutatedPart({ requests }: Recording, random: Random): readonly Buffer[] {
  const from = random.between(0, requests.length - 1);
  const part = requests
    .slice(from, from + random.between(1, 4))
    // Docker closes after each request: then nothing would follow.
    .map((text) => Buffer.from(text.replace('Connection: close\r\n', ''), 'latin1'));
  const one = random.between(0, part.length);
  return part.map((bytes, index) => (index === one || one === part.length ? mutate(bytes, random) : bytes));
}

/** A recorded chunk goes nowhere but to a session that is there. */
async function withLiveSession(port: number, batch: readonly Buffer[]): Promise<readonly Buffer[]> {
  const place = batch
    .map((bytes) => /\/v2\/(shop\/[a-z]+)\/blobs\/uploads\/ffffffff-/.exec(bytes.toString('latin1')))
    .find(Boolean);
  const repository = place?.[1];
  if (repository === undefined) return batch;
  const location = await startUpload({ port }, repository);
  const session = location.slice(location.lastIndexOf('/') + 1);
  return batch.map((bytes) => Buffer.from(bytes.toString('latin1').replaceAll(SESSION, session), 'latin1'));
}
