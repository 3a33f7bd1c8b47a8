import assert from 'node:assert/strict';
import { Agent, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ask, openRawConnection } from '../testing/index.ts';
import { listen } from './listener.ts';
import type { Request } from './request.ts';
import type { Response } from './send-reply.ts';

const timeout = 60_000;

/** A listener whose answers a test holds back. */
async function startHolding() {
  const held: { request: Request; response: Response }[] = [];
  let arrived = () => {};
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    http2: false,
    onRequest: (request, response) => {
      held.push({ request, response });
      arrived();
    },
  });
  const next = async () => {
    while (held.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return held.shift()?.response ?? assert.fail();
  };
  return { listener, next, server: { port: listener.address.port } };
}

test('closing lets a request in flight end and then is done, without waiting for its connection', {
  timeout,
}, async () => {
  const { listener, next, server } = await startHolding();
  const agent = new Agent({ keepAlive: true });
  const answer = ask(server, 'GET /', { agent });
  const response = (await next()) as ServerResponse;
  // The answer has begun before anybody thought of closing: it could not say that the connection will.
  response.setHeader('Content-Length', '4');
  response.writeHead(200);
  response.write('do');
  const closed = listener.close(10 * timeout);
  response.end('ne');
  assert.equal((await answer).body.toString(), 'done');
  await closed;
  agent.destroy();
});

test('closing ends connections without a request at once, and takes no new ones', { timeout }, async () => {
  const { listener, server } = await startHolding();
  await using idle = await openRawConnection(server);
  await listener.close(10 * timeout);
  assert.equal((await idle.readRest()).byteLength, 0);
  const refused = await new Promise((resolve) => {
    connect(server.port, '127.0.0.1').once('error', resolve).once('connect', resolve);
  });
  assert.equal((refused as NodeJS.ErrnoException | undefined)?.code, 'ECONNREFUSED');
});

test('after the time to drain, requests that are still in flight are cut', { timeout }, async () => {
  const { listener, next, server } = await startHolding();
  const answer = assert.rejects(ask(server, 'GET /'), /socket hang up|ECONNRESET/);
  await next();
  await listener.close(0);
  await answer;
});

test('a port that is taken → the system’s reason', async () => {
  const { listener, server } = await startHolding();
  await assert.rejects(listen({ host: '127.0.0.1', port: server.port, http2: false, onRequest: () => {} }), {
    code: 'EADDRINUSE',
  });
  await listener.close(0);
});
