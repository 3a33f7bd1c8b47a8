import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './nearest-name.ts';

const known = ['http.addr', 'http.host', 'http.tls', 'storage.delete.enabled', 'log.level'];

const cases: [name: string, nearest: string | undefined][] = [
  ['http.adr', 'http.addr'],
  ['HTTP.Addr', 'http.addr'],
  ['http.hosts', 'http.host'],
  ['storage.delete.enable', 'storage.delete.enabled'],
  ['entirely.different', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
];

for (const [name, nearest] of cases) {
  test(`"${name.slice(0, 30)}" → ${nearest ?? 'nothing near'}`, () =>
    assert.equal(nearestName(name, known), nearest));
}
