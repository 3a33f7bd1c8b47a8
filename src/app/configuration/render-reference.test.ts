import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { keys } from './keys.ts';
import { renderReference } from './render-reference.ts';

test('docs/CONFIGURATION.md is current; if not: node scripts/generate-configuration-reference.ts', async () => {
  const committed = await readFile(new URL('../../../docs/CONFIGURATION.md', import.meta.url), 'utf8');
  assert.equal(committed, renderReference(keys));
});
