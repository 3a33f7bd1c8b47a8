import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createRunningHashes } from './running-hashes.ts';

test('a hash is given once, and only for the size it covers', () => {
  const hashes = createRunningHashes();
  const hash = createHash('sha256');
  hashes.put('a', { hash, sizeBytes: 3 });
  assert.equal(hashes.take('a', 3), hash);
  assert.equal(hashes.take('a', 3), undefined);
  hashes.put('a', { hash, sizeBytes: 3 });
  assert.equal(hashes.take('a', 4), undefined);
  assert.equal(hashes.take('a', 3), undefined);
});

test('4,096 hashes are kept; the next one pushes out the one put longest ago', () => {
  const hashes = createRunningHashes();
  const hash = createHash('sha256');
  for (let i = 0; i <= 4096; i++) hashes.put(`upload ${i}`, { hash, sizeBytes: 1 });
  assert.equal(hashes.take('upload 0', 1), undefined);
  assert.equal(hashes.take('upload 1', 1), hash);
  assert.equal(hashes.take('upload 4096', 1), hash);
});
