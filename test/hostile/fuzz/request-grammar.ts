/** Requests made of what the API is made of: its words, its numbers, what others have broken servers with. */

import fc from 'fast-check';
import { buildImage } from '../../../src/testing/index.ts';

/** What the server holds as `a:v1`, so that some requests meet something. */
export const image = buildImage();
const { digest } = image.manifest;
const layer = image.blobs[1]?.digest ?? '';
const uuid = '00000000-0000-4000-8000-000000000000';

const method = fc.constantFrom(
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
);
const piece = fc.constantFrom(
  'a',
  'v2',
  'blobs',
  'uploads',
  'manifests',
  'tags',
  'list',
  'referrers',
  '_catalog',
  'latest',
  digest,
  layer,
  uuid,
  '',
  '.',
  '..',
  '%2e%2e',
  '%2F',
  '%00',
  '%',
  '%zz',
  '%C3%BC',
  'A',
  'a'.repeat(300),
  'sha256:',
  `sha512:${'0'.repeat(128)}`,
  '*',
  '{name}',
  '__proto__',
  'constructor',
  ';x=1',
  '\\',
  "'",
  '"',
  '<script>',
);
const target = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('/')}`),
  fc.array(piece, { maxLength: 4 }).map((pieces) => `/v2/a/${pieces.join('/')}`),
  fc.constantFrom(
    `/v2/a/manifests/${digest}`,
    '/v2/a/manifests/v1',
    '/v2/a/manifests/fuzz',
    `/v2/a/blobs/${layer}`,
    '/v2/a/blobs/uploads/',
    `/v2/a/blobs/uploads/${uuid}`,
    '/v2/a/tags/list',
    `/v2/a/referrers/${digest}`,
    '/v2/_catalog',
    'http://other/v2/',
    '*',
  ),
);
const value = fc.constantFrom(
  '',
  '0',
  '1',
  '-1',
  '1e9',
  '99999999999999999999',
  'x',
  digest,
  layer,
  'sha256:',
  '%00',
  '%FF',
  '../..',
  'a',
  '[]',
  '__proto__',
  'a'.repeat(3000),
  '0-10',
  'sha512',
  '%F0%9F%98%80',
);
const query = fc.array(
  fc.tuple(
    fc.constantFrom(
      'n',
      'last',
      'digest',
      'mount',
      'from',
      'tag',
      'artifactType',
      'digest-algorithm',
      'ns',
      '_state',
      '__proto__',
      '',
    ),
    value,
  ),
  { maxLength: 3 },
);
const field = fc.oneof(
  fc.tuple(
    fc.constantFrom('Range', 'If-Range'),
    fc.constantFrom(
      'bytes=0-5',
      'bytes=-1',
      'bytes=9-',
      'bytes=5-1',
      'bytes=0-0,2-3',
      'bytes=,',
      'x',
      `bytes=${'0-,'.repeat(400)}`,
    ),
  ),
  fc.tuple(
    fc.constant('Content-Range'),
    fc.constantFrom('0-0', '0-9', '5-9', '9-5', 'bytes 0-9/*', 'x', '0-99999999999999999'),
  ),
  fc.tuple(
    fc.constantFrom('Content-Type', 'Accept'),
    fc.constantFrom(image.manifest.mediaType, 'application/json; charset=x', ';', 'x'.repeat(2000), '\xff'),
  ),
  fc.tuple(fc.constant('If-None-Match'), fc.constantFrom('*', `"${digest}"`, 'W/""', ',,,')),
  fc.tuple(
    fc.constantFrom(
      'Authorization',
      'Cookie',
      'X-Forwarded-Host',
      'Connection',
      'Upgrade',
      'TE',
      '__proto__',
      'Expect',
    ),
    fc.constantFrom('', 'x', 'Basic Og==', 'close', 'keep-alive, Upgrade', '100-continue'),
  ),
);
const body = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '[]',
    'null',
    '{"schemaVersion":2}',
    '{"a":1,"a":2}',
    image.manifest.content.toString('latin1'),
  ),
  fc.string({ maxLength: 200 }),
);
const framing = fc.constantFrom('length', 'chunked', 'short', 'long', 'none', 'brokenChunk', 'both');

/** As it is sent: latin1. */
export const requestOfGrammar: fc.Arbitrary<Buffer> = fc
  .record({
    method,
    target,
    query,
    fields: fc.array(field, { maxLength: 4 }),
    body,
    framing,
    cut: fc.option(fc.nat(400), { freq: 8 }),
  })
  .map(({ method, target, query, fields, body, framing, cut }) => {
    const search = query.map(([key, text]) => `${key}=${text}`).join('&');
    const bytes = Buffer.from(body);
    const chunk = `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n0\r\n\r\n`;
    const [extra, sent] = {
      length: [`Content-Length: ${bytes.length}\r\n`, bytes.toString('latin1')],
      short: [`Content-Length: ${bytes.length + 10}\r\n`, bytes.toString('latin1')],
      long: [`Content-Length: ${Math.max(0, bytes.length - 3)}\r\n`, bytes.toString('latin1')],
      chunked: ['Transfer-Encoding: chunked\r\n', bytes.length > 0 ? chunk : '0\r\n\r\n'],
      brokenChunk: ['Transfer-Encoding: chunked\r\n', chunk.replace('\r\n', '\n')],
      both: [`Transfer-Encoding: chunked\r\nContent-Length: ${bytes.length}\r\n`, chunk],
      none: ['', bytes.toString('latin1')],
    }[framing] as [string, string];
    const lines = fields.map(([name, text]) => `${name}: ${text}\r\n`).join('');
    const whole = `${method} ${target}${search && `?${search}`} HTTP/1.1\r\nHost: x\r\n${lines}${extra}\r\n${sent}`;
    return Buffer.from(cut === null ? whole : whole.slice(0, cut), 'latin1');
  });
