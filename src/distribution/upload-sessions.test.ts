import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Digest, digestOf } from '../oci/index.ts';
import {
  ask,
  assertRefused,
  filesBelow,
  openFilesBelow,
  openRawConnection,
  someBytes,
  startTestServer,
  startUpload,
  type TestServer,
  withDigest,
} from '../testing/index.ts';

/**
 * What a session may hold: usually one content, and after two requests at once on one session every one that some
 * order of them explains.
 */
interface Session {
  readonly location: string;
  possible: Buffer[];
}

interface World {
  readonly server: TestServer;
  readonly finished: Map<Digest, Buffer>;
  session: Session | undefined;
  seed: number;
}

const begin = async (world: World): Promise<Session> => {
  world.session ??= { location: await startUpload(world.server, 'model/app'), possible: [Buffer.alloc(0)] };
  return world.session;
};

/** Only what has the size that the server tells is possible any more; there must be something left. */
async function settle({ server }: World, session: Session): Promise<number> {
  const answer = await ask(server, `GET ${session.location}`);
  assert.equal(answer.status, 204);
  const [, last = '0'] = answer.header('range')?.split('-') ?? [];
  const fits = (size: number) => (last === '0' ? size <= 1 : size === Number(last) + 1);
  session.possible = session.possible.filter((bytes) => fits(bytes.byteLength));
  assert.ok(session.possible.length > 0, `nothing that was sent explains a session with Range 0-${last}`);
  return session.possible[0]?.byteLength ?? 0;
}

const prefixes = (bytes: Buffer) =>
  Array.from({ length: bytes.byteLength + 1 }, (_, count) => bytes.subarray(0, count));

type Step =
  | {
      kind: 'append';
      size: number;
      chunked: boolean;
      ranged: boolean;
    }
  | {
      kind: 'cut' | 'wrongOffset' | 'wrongLength';
      size: number;
      chunked: boolean;
      /** With the request that would end the session. */
      closing: boolean;
    }
  | { kind: 'twoAtOnce'; size: number; other: number }
  | { kind: 'finish'; size: number }
  | { kind: 'misname' | 'cancel' | 'restart' | 'stranger' };

const appending = (location: string, { closing }: { closing: boolean }) =>
  closing ? `PUT ${withDigest(location, digestOf('sha256', Buffer.alloc(0)))}` : `PATCH ${location}`;

async function take(world: World, step: Step): Promise<void> {
  const { server } = world;
  const session = await begin(world);
  const { location } = session;
  const offset = session.possible[0]?.byteLength ?? 0;
  const isKnown = session.possible.length === 1;
  // `Range: 0-0` is said of no byte and of one.
  const isSized = new Set(session.possible.map(({ byteLength }) => byteLength)).size === 1;
  const fresh = (size: number) => someBytes(size, ++world.seed);

  switch (step.kind) {
    case 'append': {
      const bytes = fresh(step.size);
      const isRanged = step.ranged && step.size > 0 && isSized;
      const headers: Record<string, string> = isRanged
        ? { 'Content-Range': `${offset}-${offset + step.size - 1}` }
        : {};
      const half = step.size >> 1;
      const body = step.chunked
        ? [bytes.subarray(0, half), bytes.subarray(half)].filter((b) => b.length)
        : bytes;
      const answer = await ask(server, `PATCH ${location}`, { headers, body });
      assert.equal(answer.status, 202, answer.body.toString());
      session.possible = session.possible.map((before) => Buffer.concat([before, bytes]));
      const told = answer.header('range');
      session.possible = session.possible.filter(
        ({ byteLength }) => told === `0-${Math.max(0, byteLength - 1)}`,
      );
      assert.ok(session.possible.length > 0, `nothing that was sent explains a session with Range ${told}`);
      return;
    }
    case 'cut': {
      // The client leaves in the middle: what arrived stays, and it may be any part.
      const bytes = fresh(step.size + 1);
      const known = server.records.length;
      const raw = await openRawConnection(server);
      await raw.send(
        step.chunked
          ? `${appending(location, step)} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`
          : `${appending(location, step)} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length + 1}\r\n\r\n`,
      );
      await raw.send(bytes);
      raw.close();
      await server.waitForRecord((record) => server.records.indexOf(record) >= known);
      session.possible = session.possible.flatMap((before) =>
        prefixes(bytes).map((some) => Buffer.concat([before, some])),
      );
      await settle(world, session);
      return;
    }
    case 'wrongOffset': {
      if (!isKnown) return;
      const start = offset + 1 + (step.size % 3);
      const answer = await ask(server, appending(location, step), {
        headers: { 'Content-Range': `${start}-${start + step.size}` },
        body: fresh(step.size + 1),
      });
      assertRefused(answer, 416, 'RANGE_INVALID');
      assert.equal(answer.header('range'), `0-${Math.max(0, offset - 1)}`);
      return;
    }
    case 'wrongLength': {
      if (!isSized) return;
      // A chunk that is not as long as its range says is refused; how much of it was kept the session tells.
      const bytes = fresh(step.size + 2);
      const headers = { 'Content-Range': `${offset}-${offset + step.size}` };
      const answer = await ask(server, appending(location, step), {
        headers,
        body: step.chunked ? [bytes] : bytes,
      });
      assertRefused(answer, 400, 'SIZE_INVALID');
      if (!step.chunked) return;
      session.possible = session.possible.flatMap((before) =>
        prefixes(bytes).map((some) => Buffer.concat([before, some])),
      );
      await settle(world, session);
      return;
    }
    case 'twoAtOnce': {
      const [one, two] = [fresh(step.size), fresh(step.other)];
      const answers = await Promise.all(
        [one, two].map((body) =>
          ask(server, `PATCH ${location}`, { body: [body.subarray(0, 1), body.subarray(1)] }),
        ),
      );
      // One of them may have been taken over by the other, never both.
      for (const answer of answers) assert.ok([202, 400].includes(answer.status), String(answer.status));
      assert.ok(answers.some(({ status }) => status === 202));
      session.possible = session.possible.flatMap((before) =>
        [
          [one, two, answers[0]],
          [two, one, answers[1]],
        ].flatMap(([first, second, answer]) =>
          prefixes(first as Buffer)
            .filter(
              ({ length }) =>
                (answer as { status: number }).status === 400 || length === (first as Buffer).length,
            )
            .map((some) => Buffer.concat([before, some, second as Buffer])),
        ),
      );
      await settle(world, session);
      return;
    }
    case 'misname': {
      const wrong = digestOf('sha256', fresh(20));
      assertRefused(await ask(server, `PUT ${withDigest(location, wrong)}`), 400, 'DIGEST_INVALID');
      assertRefused(await ask(server, `GET /v2/model/app/blobs/${wrong}`), 404, 'BLOB_UNKNOWN');
      return;
    }
    case 'cancel':
      assert.equal((await ask(server, `DELETE ${location}`)).status, 204);
      assertRefused(await ask(server, `PATCH ${location}`, { body: 'x' }), 404, 'BLOB_UPLOAD_UNKNOWN');
      world.session = undefined;
      return;
    case 'restart':
      await server.restart();
      return;
    case 'stranger':
      assertRefused(
        await ask(server, `PATCH ${location.replace('/model/app/', '/model/other/')}`, { body: 'x' }),
        404,
        'BLOB_UPLOAD_UNKNOWN',
      );
      return;
    case 'finish': {
      // Refused for its digest, which does not keep what it brought from staying.
      const last = fresh(step.size);
      const wrong = digestOf('sha256', fresh(21));
      const put = await ask(server, `PUT ${withDigest(location, wrong)}`, { body: last });
      assertRefused(put, 400, 'DIGEST_INVALID');
      session.possible = session.possible.map((before) => Buffer.concat([before, last]));
      await finish(world, session);
    }
  }
}

/** Exactly one of the possible contents is the real one, and it becomes the blob. */
async function finish(world: World, session: Session): Promise<void> {
  for (const bytes of session.possible) {
    const digest = digestOf('sha256', bytes);
    const answer = await ask(world.server, `PUT ${withDigest(session.location, digest)}`);
    if (answer.status === 201) {
      world.finished.set(digest, bytes);
      world.session = undefined;
      assertRefused(await ask(world.server, `GET ${session.location}`), 404, 'BLOB_UPLOAD_UNKNOWN');
      return;
    }
    assertRefused(answer, 400, 'DIGEST_INVALID');
  }
  assert.fail(
    `none of ${session.possible.length} contents that were possible is the one that the session has`,
  );
}

const size = fc.integer({ min: 0, max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      size,
      chunked: fc.boolean(),
      ranged: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      size: fc.constant(300_000),
      chunked: fc.boolean(),
      ranged: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'wrongOffset' as const, 'wrongLength' as const),
      size,
      chunked: fc.boolean(),
      closing: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('twoAtOnce' as const),
      size: fc.integer({ min: 2, max: 20 }),
      other: fc.integer({ min: 2, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish' as const), size }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('misname' as const, 'cancel' as const, 'restart' as const, 'stranger' as const),
    }),
  },
);

test('whatever clients do to an upload, blobs have exactly the bytes that were acknowledged, and nothing is left', async () => {
  await using server = await startTestServer();
  const finished = new Map<Digest, Buffer>();
  let seed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const world: World = { server, finished, session: undefined, seed };
      for (const one of steps) await take(world, one);
      await finish(world, await begin(world));
      seed = world.seed;
      await server.idle();
      assert.deepEqual(await filesBelow(`${server.root}/lading/uploads`), []);
    }),
    { numRuns: 40 },
  );
  for (const [digest, bytes] of finished) {
    assert.ok((await ask(server, `GET /v2/model/app/blobs/${digest}`)).body.equals(bytes));
  }
  // A client can have the last byte of a blob before the server has closed the file.
  await server.idle();
  assert.deepEqual(
    openFilesBelow(server.root).filter((path) => /uploads|docker/.test(path)),
    [],
  );
  assert.deepEqual(
    server.records.filter(({ status }) => status >= 500),
    [],
  );
});

test('a client that comes back takes its upload over from its dead connection, at once', {
  timeout: 60_000,
}, async () => {
  await using server = await startTestServer();
  const location = await startUpload(server, 'a');
  const bytes = someBytes(1000);
  // The first connection neither sends on nor closes, as after a lost network.
  await using dead = await openRawConnection(server);
  await dead.send(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`);
  await dead.send(bytes.subarray(0, 400));
  // Sent after what the dead connection had sent; how much of that was read is for the server to say.
  const answer = await ask(server, `PATCH ${location}`, {
    headers: { 'Content-Range': '0-9' },
    body: bytes.subarray(0, 10),
  });
  const kept = answer.status === 416 ? Number(answer.header('range')?.split('-')[1]) + 1 : 10;
  assert.ok([202, 416].includes(answer.status));
  const put = await ask(server, `PUT ${withDigest(location, digestOf('sha256', bytes))}`, {
    body: bytes.subarray(kept),
  });
  assert.equal(put.status, 201, put.body.toString());
  assertRefused(await dead.readAnswer(), 400, 'BLOB_UPLOAD_INVALID');
});

test('eight PUTs at once for one session → one blob; the others hear that it is there or that the upload is over', async () => {
  await using server = await startTestServer();
  const location = await startUpload(server, 'a');
  const bytes = someBytes(5000);
  await ask(server, `PATCH ${location}`, { body: bytes });
  const put = `PUT ${withDigest(location, digestOf('sha256', bytes))}`;
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => ask(server, put)))).map(
    ({ status }) => status,
  );
  assert.ok(statuses.includes(201));
  assert.deepEqual(
    statuses.filter((status) => status !== 201 && status !== 404),
    [],
  );
  assert.deepEqual(await filesBelow(`${server.root}/lading/uploads`), []);
});
