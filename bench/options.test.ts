import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PEERS } from './measure/types.ts';
import { parseOptions } from './options.ts';

describe('command line', () => {
  it('leaves the rounds to each scenario by default, and runs one for a smoke run', () => {
    assert.deepEqual(parseOptions([], []).peers, PEERS);
    assert.equal(parseOptions([], []).rounds, undefined);
    assert.equal(parseOptions(['--smoke'], []).rounds, 1);
    assert.equal(parseOptions(['--smoke', '--rounds', '2'], []).rounds, 2);
  });

  it('never leaves Lading out', () => {
    assert.deepEqual(parseOptions(['--peer', 'zot'], []).peers, ['lading', 'zot']);
  });

  it('says what there is when something is not', () => {
    assert.throws(() => parseOptions(['--peer', 'quay'], []), /no peer quay; there are: lading, registry-2/);
    assert.throws(
      () => parseOptions(['--scenario', 'x'], ['manifest']),
      /no scenario x; there are: manifest/,
    );
    assert.throws(() => parseOptions(['--rounds', '0'], []), /1 to 100/);
  });
});
