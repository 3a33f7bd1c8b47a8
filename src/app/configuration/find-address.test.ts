import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAddress } from './find-address.ts';

const addresses: [text: string, host: string, port: number][] = [
  [':5000', '', 5000],
  ['127.0.0.1:5000', '127.0.0.1', 5000],
  ['0.0.0.0:443', '0.0.0.0', 443],
  ['[::1]:5000', '::1', 5000],
  ['[fe80::1%eth0]:5000', 'fe80::1%eth0', 5000],
  ['localhost:5001', 'localhost', 5001],
  ['127.0.0.1:0', '127.0.0.1', 0],
];

for (const [text, host, port] of addresses) {
  test(`the address ${text} is read`, () => assert.deepEqual(findAddress(text), { host, port }));
}

for (const text of [
  '',
  '5000',
  'localhost',
  '::1:5000',
  ':65536',
  ':-1',
  '[localhost]:1',
  'a b:1',
  'tcp://a:1',
  ':http',
]) {
  test(`the address "${text}" is refused`, () => assert.equal(findAddress(text), undefined));
}
