import { createHash } from 'node:crypto';
import type { Database } from '../../db/index.ts';
import type { Call, Reply } from '../../http/index.ts';
import type { Clock, Logger, NowOrLater } from '../../kernel/index.ts';
import { problem } from '../problem.ts';
import { readBody } from '../read-body.ts';
import type { RestTables } from '../tables.ts';
import { seal, unseal } from './seal.ts';

interface Operation {
  readonly name: string;
  handle(call: Call): NowOrLater<Reply>;
}

export interface Idempotency {
  /** Runs `handle` of the operation, or gives the answer that it gave before. */
  run(call: Call, operation: Operation): Promise<Reply>;
}

const KEPT_MS = 24 * 60 * 60_000;
/** The key opens the stored answer, so it must not be one that can be tried out: a UUID is meant. */
const KEY = /^[\x21-\x7e]{16,255}$/;

interface StoredAnswer {
  readonly request: string;
  readonly status: number;
  readonly headers: Reply['headers'];
  /** Base64. */
  readonly body: string;
}

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): who does not know whether a create arrived sends it
 * again and gets the first answer, for 24 hours. Only successes are kept. The answer is stored after the create was
 * committed and before it is sent: if the process dies between the two, the retry is carried out as a new request.
 * What is in flight is known to this process alone, which is the only one that serves the root.
 */
export function createIdempotency(options: {
  db: Database<RestTables>;
  clock: Clock;
  log: Logger;
}): Idempotency {
  const { db, clock, log } = options;
  const inFlight = new Set<string>();

  async function find(keyHash: string, key: string): Promise<StoredAnswer | undefined> {
    const row = await db.reads
      .selectFrom('idempotency_answer')
      .select(['salt', 'answer'])
      .where('key_hash', '=', keyHash)
      .where('expires_at', '>', clock.now())
      .executeTakeFirst();
    if (!row) return undefined;
    const plain = unseal(key, { salt: row.salt, bytes: row.answer });
    return JSON.parse(Buffer.from(plain).toString());
  }

  async function keep(keyHash: string, key: string, answer: StoredAnswer): Promise<void> {
    const { salt, bytes } = seal(key, Buffer.from(JSON.stringify(answer)));
    const now = clock.now();
    const row = { key_hash: keyHash, salt, answer: bytes, expires_at: now + KEPT_MS };
    await db.transaction(async (trx) => {
      await trx.deleteFrom('idempotency_answer').where('expires_at', '<=', now).execute();
      await trx.replaceInto('idempotency_answer').values(row).execute();
    });
  }

  async function runOnce(call: Call, operation: Operation, key: string): Promise<Reply> {
    const bytes = await readBody(call);
    const request = requestHash(operation.name, call, bytes);
    const keyHash = hash(`${askerOf(call)}\n${key}`);
    if (inFlight.has(keyHash)) {
      const text = 'The request with this Idempotency-Key is still being answered. Ask again in a moment.';
      throw problem('idempotency-in-progress', text, { headers: { 'Retry-After': '1' } });
    }
    inFlight.add(keyHash);
    try {
      const known = await find(keyHash, key);
      if (known) {
        if (known.request === request) return toReply(known);
        const text = 'This Idempotency-Key belongs to another request. Make a new key for each create.';
        throw problem('idempotency-key-reused', text);
      }
      // The getters of the call must stay getters: some cost something.
      const again: Call = Object.create(call, { body: { value: once(bytes) } });
      const reply = await operation.handle(again);
      if (reply.status === 201 && reply.body instanceof Uint8Array) {
        const body = Buffer.from(reply.body).toString('base64');
        const answer = { request, status: reply.status, headers: reply.headers, body };
        // The thing is made: the answer is worth more than that it can be repeated.
        await keep(keyHash, key, answer).catch((error: unknown) => {
          log.error({ err: error, requestId: call.requestId }, 'an idempotent answer could not be kept');
        });
      }
      return reply;
    } finally {
      inFlight.delete(keyHash);
    }
  }

  return {
    async run(call, operation) {
      const key = call.header('idempotency-key');
      if (key === undefined) return operation.handle(call);
      if (KEY.test(key)) return runOnce(call, operation, key);
      throw problem(
        'invalid-request',
        'An Idempotency-Key is 16 to 255 visible ASCII characters: use a UUID.',
      );
    },
  };
}

/** The id as well as the name: a name that was given up may come again as somebody else. */
function askerOf({ actor, remoteAddress }: Call): string {
  return actor ? `${actor.kind} ${actor.accountId ?? ''} ${actor.name}` : `address ${remoteAddress}`;
}

function requestHash(name: string, call: Call, body: Uint8Array): string {
  const target = JSON.stringify([name, call.params, [...call.query]]);
  return hash(Buffer.concat([Buffer.from(`${target}\n`), body]));
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function toReply({ status, headers, body }: StoredAnswer): Reply {
  const replayed = { ...headers, 'Idempotency-Replayed': 'true' };
  return { status, headers: replayed, body: Buffer.from(body, 'base64') };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
