import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Descriptor } from '../../oci/index.ts';
import { matchHistory } from './match-history.ts';
import { parseImageConfig } from './parse-image-config.ts';

const layers = ['a', 'b'].map((digest) => ({ digest }) as unknown as Descriptor);

function match(...made: boolean[]) {
  const history = made.map((isLayer) => ({ created_by: 'x', ...(!isLayer && { empty_layer: true }) }));
  const config = parseImageConfig(Buffer.from(JSON.stringify({ history })));
  assert.ok(config);
  return matchHistory(config, layers).map(({ layer }) => layer?.digest as string | undefined);
}

it('gives each step that made a layer the next one, and no step a wrong one', () => {
  assert.deepEqual(match(true, false, true, false), ['a', undefined, 'b', undefined]);
  assert.deepEqual(match(false, true), [undefined, undefined], 'one layer has no history');
  assert.deepEqual(match(true, true, true), [undefined, undefined, undefined]);
  assert.deepEqual(match(), []);
});
