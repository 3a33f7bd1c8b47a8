import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRawConnection, startTestServer, type TestServer } from '../../src/testing/index.ts';
import { assertUnharmed } from './assert-unharmed.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

const options = { timeout: 60_000 };
const head = (line: string, ...fields: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: x', ...fields].join('\r\n')}\r\n\r\n`;

/** Sends it, and reads the first answer. */
async function answerTo(bytes: string | Buffer) {
  await using client = await openRawConnection(server);
  await client.send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return await client.readAnswer();
}

const manifest = '/v2/a/manifests/v1';
const smuggled = 'GET /v2/smuggled/manifests/v1 HTTP/1.1\r\nHost: x\r\n\r\n';

for (const [name, bytes, status] of [
  ['a path with ..', head('GET /v2/../../etc/passwd/manifests/x'), 400],
  ['a path with %2e%2e', head('GET /v2/%2e%2e/%2e%2e/etc/blobs/x'), 400],
  ['a path with %2F in the name', head('GET /v2/..%2F..%2Fetc/manifests/x'), 400],
  ['a path with %00', head('PUT /v2/a%00/manifests/x', 'Content-Length: 0'), 400],
  ['a path with %00 in the tag', head('PUT /v2/a/manifests/x%00', 'Content-Length: 0'), 400],
  ['a digest that leads out', head('GET /v2/a/blobs/sha256:..%2F..%2F..%2Fetc'), 400],
  [
    'an upload id that leads out',
    head('PATCH /v2/a/blobs/uploads/..%2f..%2fx', 'Content-Length: 1').concat('x'),
    404,
  ],
  ['a percent-encoding cut short', head('GET /v2/a%/manifests/x'), 400],
  ['a percent-encoding that is not UTF-8', head('GET /v2/a%FF/manifests/x'), 400],
  ['bytes beyond ASCII in the path', head('GET /v2/\xfc/manifests/x'), 400],
  ['a backslash', head('GET /v2/..\\..\\x/manifests/x'), 400],
  ['a path of 60 KB', head(`GET /v2/${'a/'.repeat(30_000)}manifests/x`), 400],
  ['a path of 200 KB', head(`GET /v2/${'a'.repeat(200_000)}/manifests/x`), 431],
  ['headers of 200 KB', head('GET /v2/', `X-A: ${'a'.repeat(200_000)}`), 431],
  ['20,000 headers', head('GET /v2/', ...Array.from({ length: 20_000 }, (_, i) => `X-${i}: a`)), 431],
  ['500 small headers', head('GET /v2/', ...Array.from({ length: 500 }, (_, i) => `X-${i}: a`)), 200],
  ['no Host', 'GET /v2/ HTTP/1.1\r\n\r\n', 400],
  ['HTTP/1.0', 'GET /v2/ HTTP/1.0\r\n\r\n', 200],
  ['HTTP/9.9', 'GET /v2/ HTTP/9.9\r\nHost: x\r\n\r\n', 400],
  ['HTTP/2.0 said over HTTP/1.1', 'GET /v2/ HTTP/2.0\r\nHost: x\r\n\r\n', [200, 400, 505]],
  [
    'HTTP/2.0 said over HTTP/1.1, with a body',
    `PUT ${manifest} HTTP/2.0\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`,
    [400, 505],
  ],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['an unknown method', head('HACK /v2/'), 400],
  ['a method in lower case', head('get /v2/'), 400],
  ['TRACE', head('TRACE /v2/'), 405],
  ['OPTIONS *', head('OPTIONS *'), 404],
  ['two spaces in the request line', 'GET  /v2/ HTTP/1.1\r\nHost: x\r\n\r\n', [200, 400]],
  ['a header with NUL', head('GET /v2/', 'X-A: a\0b'), 400],
  ['a header with a bare CR', head('GET /v2/', 'X-A: a\rX-B: b'), 400],
  ['a folded header', head('GET /v2/', 'X-A: a\r\n b'), [200, 400]],
  ['a space before the colon', head(`PUT ${manifest}`, 'Content-Length : 5').concat('hello'), 400],
  [
    'two Content-Lengths that differ',
    head(`PUT ${manifest}`, 'Content-Length: 5', 'Content-Length: 6').concat('hello!'),
    400,
  ],
  [
    'two Content-Lengths that agree',
    head(`PUT ${manifest}`, 'Content-Length: 5', 'Content-Length: 5').concat('hello'),
    400,
  ],
  ['Content-Length: 5, 5', head(`PUT ${manifest}`, 'Content-Length: 5, 5').concat('hello'), 400],
  ['a negative Content-Length', head(`PUT ${manifest}`, 'Content-Length: -1'), 400],
  ['Content-Length: +5', head(`PUT ${manifest}`, 'Content-Length: +5').concat('hello'), 400],
  ['Content-Length: 0x5', head(`PUT ${manifest}`, 'Content-Length: 0x5').concat('hello'), 400],
  ['a Content-Length of 10^30', head(`PUT ${manifest}`, `Content-Length: 1${'0'.repeat(30)}`), 400],
  ['a Content-Length of 2^63', head(`PUT ${manifest}`, 'Content-Length: 9223372036854775808'), 413],
  [
    'CL and TE',
    head(`PUT ${manifest}`, 'Content-Length: 4', 'Transfer-Encoding: chunked').concat('0\r\n\r\n', smuggled),
    400,
  ],
  [
    'TE and CL',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked', 'Content-Length: 4').concat('0\r\n\r\n', smuggled),
    400,
  ],
  [
    'TE twice',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity').concat(
      '0\r\n\r\n',
      smuggled,
    ),
    400,
  ],
  [
    'TE with a tab',
    head(`PUT ${manifest}`, 'Transfer-Encoding:\tchunked', 'Content-Length: 4').concat('0\r\n\r\n', smuggled),
    400,
  ],
  ['TE: xchunked', head(`PUT ${manifest}`, 'Transfer-Encoding: xchunked').concat('0\r\n\r\n', smuggled), 400],
  [
    'TE: chunked, identity',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked, identity').concat('0\r\n\r\n', smuggled),
    400,
  ],
  [
    'TE in HTTP/1.0',
    `PUT ${manifest} HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`,
    400,
  ],
  [
    'a chunk size that is no number',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked').concat('zz\r\nhello\r\n'),
    400,
  ],
  [
    'a chunk size of 2^64',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked').concat('10000000000000000\r\nhello\r\n'),
    400,
  ],
  [
    'a negative chunk size',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked').concat('-1\r\nhello\r\n'),
    400,
  ],
  [
    'a chunk longer than its size',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked').concat('2\r\nhello\r\n0\r\n\r\n'),
    400,
  ],
  [
    'a chunk extension of 100 KB',
    head(`PUT ${manifest}`, 'Transfer-Encoding: chunked').concat(
      `1;${'a'.repeat(100_000)}\r\nx\r\n0\r\n\r\n`,
    ),
    [400, 413],
  ],
  ['bare LF as line ends', `GET /v2/ HTTP/1.1\nHost: x\n\n`, [200, 400]],
  ['an Upgrade to websocket', head('GET /v2/', 'Connection: Upgrade', 'Upgrade: websocket'), 200],
  ['an Expect nobody knows', head(`PUT ${manifest}`, 'Expect: magic', 'Content-Length: 1').concat('x'), 417],
] as const) {
  test(`${name} → ${status}`, options, async () => {
    const before = server.records.length;
    const answer = await answerTo(bytes);
    assert.ok([status].flat().includes(answer.status as never), `${answer.status} ${answer.body}`);
    await assertUnharmed(server);
    assert.ok(
      !server.records.slice(before).some(({ path }) => path.includes('smuggled')),
      'a smuggled request was answered',
    );
  });
}

test('CONNECT → the connection ends or is refused', options, async () => {
  await using client = await openRawConnection(server);
  await client.send(head('CONNECT example.com:443'));
  assert.ok(!(await client.readRest()).includes(' 200 '));
  await assertUnharmed(server);
});

test('100 pipelined requests → answered in order', options, async () => {
  await using client = await openRawConnection(server);
  const lines = Array.from({ length: 100 }, (_, i) => head(i % 2 ? `GET /v2/a/manifests/t${i}` : 'GET /v2/'));
  await client.send(lines.join(''));
  for (let i = 0; i < 100; i++) {
    const answer = await client.readAnswer();
    if (i % 2 === 0) assert.equal(answer.status, 200);
    else assert.ok(answer.body.includes(`:t${i}.`), answer.body.toString());
  }
  await assertUnharmed(server);
});

test('Expect: 100-continue → 100 first, then the answer', options, async () => {
  await using client = await openRawConnection(server);
  await client.send(head(`PUT ${manifest}`, 'Expect: 100-continue', 'Content-Length: 2'));
  assert.equal((await client.readAnswer()).status, 100);
  await client.send('{}');
  assert.equal((await client.readAnswer()).status, 400);
  await client.send(head('GET /v2/'));
  assert.equal((await client.readAnswer()).status, 200);
});

test('chunks of one byte, headers byte by byte → a normal push', options, async () => {
  await using client = await openRawConnection(server);
  for (const byte of head('POST /v2/dribble/blobs/uploads/', 'Content-Length: 0')) await client.send(byte);
  const location = (await client.readAnswer()).header('location');
  await client.send(head(`PATCH ${location}`, 'Transfer-Encoding: chunked'));
  await client.send('1\r\nx\r\n'.repeat(20_000));
  await client.send('0\r\n\r\n');
  const patched = await client.readAnswer();
  assert.equal(patched.status, 202);
  assert.equal(patched.header('range'), '0-19999');
  await client.send(head(`DELETE ${location}`));
  assert.equal((await client.readAnswer()).status, 204);
  await assertUnharmed(server);
});

test('300 connections that dribble their headers hold nobody up', options, async () => {
  const clients = await Promise.all(Array.from({ length: 300 }, () => openRawConnection(server)));
  await Promise.all(clients.map((client) => client.send('GET /v2/ HTTP/1.1\r\nHost: x\r\nX-')));
  await assertUnharmed(server);
  for (const client of clients) await client[Symbol.asyncDispose]();
});

test(
  'a body shorter than its Content-Length, then silence or the end → nothing is stored, others are served',
  options,
  async () => {
    await using client = await openRawConnection(server);
    await client.send(head(`PUT ${manifest}`, 'Content-Length: 100').concat('{"schemaVersion":2'));
    assert.equal((await answerTo(head('GET /v2/'))).status, 200);
    client.socket.end();
    assert.match((await client.readRest()).toString(), /^HTTP\/1\.1 400 /);
    await assertUnharmed(server);
  },
);
