import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClientAddress, isAddressOrNetwork } from './client-address.ts';
import type { Request } from './request.ts';

const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as Request;
const forwarded = (text: string) => ({ 'x-forwarded-for': text });

const behindProxies = createClientAddress(['10.0.0.0/8', '::1', 'fd00::/8']);

for (const [title, request, expected] of [
  ['nobody in between', from('192.0.2.1'), '192.0.2.1'],
  ['IPv4 on a server that listens on every address', from('::ffff:192.0.2.1'), '192.0.2.1'],
  ['a stranger who forges the header', from('192.0.2.1', forwarded('10.0.0.1')), '192.0.2.1'],
  ['a proxy that says nothing', from('10.0.0.1'), '10.0.0.1'],
  ['one proxy', from('10.0.0.1', forwarded('192.0.2.1')), '192.0.2.1'],
  [
    'a client that forges the header behind a proxy',
    from('10.0.0.1', forwarded('8.8.8.8, 192.0.2.1')),
    '192.0.2.1',
  ],
  ['several proxies', from('::1', forwarded('8.8.8.8, 192.0.2.1, 10.1.2.3, fd00::7')), '192.0.2.1'],
  ['proxies alone', from('::1', forwarded('10.1.2.3, 10.1.2.4')), '10.1.2.3'],
  ['an IPv4 proxy on an IPv6 socket', from('::ffff:10.0.0.1', forwarded('192.0.2.1')), '192.0.2.1'],
  ['ports and brackets', from('::1', forwarded('[2001:db8::1]:4711, 10.0.0.1:80')), '2001:db8::1'],
  ['what is no address', from('::1', forwarded('192.0.2.1, unknown')), '::1'],
  [
    'Forwarded',
    from('::1', { forwarded: 'for=8.8.8.8, for="[2001:db8::1]:4711";proto=https, for=10.0.0.2' }),
    '2001:db8::1',
  ],
  ['Forwarded that hides who it was', from('::1', { forwarded: 'for=192.0.2.1, proto=https' }), '::1'],
  [
    'X-Forwarded-For before Forwarded',
    from('::1', { ...forwarded('192.0.2.1'), forwarded: 'for=192.0.2.2' }),
    '192.0.2.1',
  ],
] as const) {
  test(`who asks: ${title}`, () => assert.equal(behindProxies(request), expected));
}

test('who asks: without trusted proxies only the connection tells', () => {
  const address = createClientAddress([]);
  assert.equal(address(from('127.0.0.1', forwarded('192.0.2.1'))), '127.0.0.1');
});

test('a header of thousands of hops costs no more than its end', () => {
  const many = Array.from({ length: 5000 }, () => '10.0.0.1').join(',');
  assert.equal(behindProxies(from('::1', forwarded(`192.0.2.1,${many}`))), '10.0.0.1');
});

test('addresses and networks', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])
    assert.ok(isAddressOrNetwork(good), good);
  for (const bad of [
    '',
    'localhost',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.0/-1',
  ]) {
    assert.ok(!isAddressOrNetwork(bad), bad);
  }
});
