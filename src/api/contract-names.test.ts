import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiContract } from './contract.ts';
import * as api from './index.ts';

const contracts = Object.values(api).filter(
  (one): one is ApiContract => typeof one === 'object' && one !== null && 'path' in one && 'method' in one,
);

/** What is done to what the path names. */
const verbs: Readonly<Record<ApiContract['method'], readonly string[]>> = {
  GET: ['get', 'list', 'run'],
  POST: ['create', 'begin', 'finish'],
  PUT: ['put'],
  PATCH: ['update'],
  DELETE: ['delete', 'delete-all', 'leave', 'reset'],
};

/** Paths that end with what is done. */
const actions: Readonly<Record<string, string>> = {
  callback: 'callback',
  confirmation: 'confirm',
  explain: 'explain',
  export: 'export',
  login: 'login',
  move: 'move',
  rebuild: 'rebuild',
  'recovery-codes': 'renew-recovery-codes',
  removal: 'disable',
};

test('operations are named by the words of their path and what is done, each differently', () => {
  assert.ok(contracts.length > 80);
  for (const { name, method, path } of contracts) {
    // The page itself and a file of it would be alike.
    const words = path
      .replace('/docs/{file}', '/docs/files/{file}')
      .split('/')
      .slice(3)
      .filter((word) => !word.startsWith('{'));
    const last = actions[words.at(-1) ?? ''];
    const nouns = (last === undefined ? words : words.slice(0, -1)).map(singular).join('.');
    const allowed =
      last === undefined ? verbs[method].map((verb) => `${nouns}.${verb}`) : [`${nouns}.${last}`];
    assert.ok(allowed.includes(name), `${name} (${method} ${path}) is none of ${allowed.join(', ')}`);
  }
  assert.equal(new Set(contracts.map(({ name }) => name)).size, contracts.length);
});

function singular(word: string): string {
  const kept = ['settings', 'docs', 'access'];
  if (kept.includes(word)) return word;
  return word
    .replace(/^(openapi)\.json$/, '$1')
    .replace(/ies$/, 'y')
    .replace(/s$/, '');
}
