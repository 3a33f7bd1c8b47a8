import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { compilePattern } from '../../access/pattern.ts';
import { startHub } from '../testing/start-hub.ts';
import { putDocuments } from './index-store.ts';
import { patternCondition, patternTerm } from './pattern-condition.ts';
import { readableCondition } from './readable-condition.ts';
import type { SearchDocument } from './search-document.ts';

const words = ['acme', 'app', 'my-app', 'a', 'x.y'];
const part = fc.constantFrom(...words);
const pattern = fc
  .array(fc.oneof(part, fc.constantFrom('*', '**')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'));

/** Every name of one to three of the words, and some longer ones. */
const names = [
  ...words,
  ...words.flatMap((one) => words.map((two) => `${one}/${two}`)),
  ...words.flatMap((one) => words.flatMap((two) => words.map((three) => `${one}/${two}/${three}`))),
  ...words.map((one) => `a/app/${one}/acme/a`),
].sort();

describe('patterns of names, in SQL', () => {
  let hub: Awaited<ReturnType<typeof startHub>>;
  before(async () => {
    hub = await startHub();
    for (let from = 0; from < names.length; from += 100) {
      const documents = names.slice(from, from + 100).map((name) => [name, document(name)] as const);
      await hub.db.transaction((trx) => putDocuments(trx, new Map(documents)));
    }
  });
  after(() => hub[Symbol.asyncDispose]());

  const namesBy = async (condition: ReturnType<typeof sql<boolean>>) => {
    const { rows } = await sql<{
      name: string;
    }>`SELECT e.name FROM search_entry AS e WHERE ${condition} ORDER BY e.name`.execute(hub.db.reads);
    return rows.map(({ name }) => name);
  };

  it('say the same as the patterns, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, async (text) => {
        const compiled = compilePattern(text);
        const expected = names.filter((name) => compiled.matches(name));
        const condition = patternCondition(text);
        if (condition) assert.deepEqual(await namesBy(condition), expected);
        const readable = { all: true, publicOnes: false, patterns: [], within: [compiled] };
        const whole = await readableCondition(hub.db.reads, readable);
        if (!whole.sql) throw new Error('a limit is none');
        assert.deepEqual(await namesBy(whole.sql), expected);
        for (const alternatives of whole.keys) {
          const found = sql<boolean>`e.id IN (SELECT rowid FROM search_text WHERE search_text MATCH ${alternatives.join(' OR ')})`;
          assert.ok(new Set(await namesBy(found)).isSupersetOf(new Set(expected)), 'the index has them, too');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('have no words for a `*` away from a `**`, nor for text that no name has', () => {
    for (const text of ['*/app/**', 'acme/*/app/**']) assert.equal(patternCondition(text), undefined, text);
    for (const text of ['*/app', '**/*/app', 'acme/*/**', '*/*'])
      assert.notEqual(patternCondition(text), undefined, text);
    assert.equal(patternTerm('**/*'), undefined);
    assert.equal(patternTerm('*/a/my-app'), '(name : "my-app")');
  });

  it('with signs of GLOB match nothing', async () => {
    for (const text of ['*/[a-z]pp', '*/?', "*/a' OR 1=1 --", '*/a*']) {
      const condition = patternCondition(text);
      assert.deepEqual(condition && (await namesBy(condition)), [], text);
    }
  });
});

function document(name: string): SearchDocument {
  return {
    name: name as SearchDocument['name'],
    isPublic: false,
    isOfficial: false,
    stars: 0,
    pulls: 0,
    updatedAt: 0,
    description: '',
    readme: '',
    labels: '',
    facets: [],
  };
}
