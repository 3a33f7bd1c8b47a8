import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { renderCommandReference } from './render-command-reference.ts';

test('docs/COMMANDS.md is current; if not: node scripts/generate-command-reference.ts', async () => {
  const committed = await readFile(new URL('../../docs/COMMANDS.md', import.meta.url), 'utf8');
  assert.equal(committed, await renderCommandReference());
});
