import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '../kernel/index.ts';
import { type AnswerOptions, answer, createRouter } from './index.ts';

const options: AnswerOptions = {
  router: createRouter([
    {
      name: 'test',
      method: 'GET',
      path: '/v2/',
      access: () => 'public',
      handle: async () => ({
        status: 200,
        headers: { 'Content-Type': 'text/plain', Warning: ['a', 'b'] },
        body: new Uint8Array(2),
      }),
    },
  ]),
  guard: { admit: () => assert.fail('public') },
  clock: { now: () => 0 },
  log: silentLogger,
  headers: { 'x-content-type-options': ['mine'], 'content-type': ['mine'], 'X-Two': ['1', '2'] },
  prefix: '/',
  externalUrl: undefined,
  onFinished: () => {},
  isDraining: () => false,
};

async function headersFrom(
  server: Server,
  ask: (url: string) => Promise<Record<string, unknown>>,
): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const headers = await ask(`http://127.0.0.1:${port}`);
  server.close();
  assert.equal(headers['x-content-type-options'], 'mine');
  assert.equal(headers['content-type'], 'text/plain');
  assert.equal(headers['x-two'], '1, 2');
  assert.equal(headers.warning, 'a, b');
  assert.equal(headers['content-length'], '2');
}

test("HTTP/1.1: the operator's headers replace ours, the reply's replace the operator's", async () => {
  const server = createServer((request, response) => void answer(request, response, options));
  await headersFrom(
    server,
    (url) =>
      new Promise((resolve, reject) => {
        get(`${url}/v2/`, { agent: false }, (message) => resolve(message.resume().headers)).on(
          'error',
          reject,
        );
      }),
  );
});

test("HTTP/2: the operator's headers replace ours, the reply's replace the operator's", async () => {
  const server = createHttp2Server((request, response) => void answer(request, response, options));
  await headersFrom(
    server,
    (url) =>
      new Promise((resolve, reject) => {
        const session = connect(url).on('error', reject);
        const stream = session.request({ ':path': '/v2/' });
        stream.on('response', resolve).resume();
        stream.on('end', () => session.close());
      }),
  );
});
