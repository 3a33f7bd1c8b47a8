import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OciError, parseImageReference } from './index.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const accepted: [text: string, repository: string, reference: object][] = [
  ['app', 'app', { kind: 'tag', tag: 'latest' }],
  ['team/app', 'team/app', { kind: 'tag', tag: 'latest' }],
  ['team/app:1.0', 'team/app', { kind: 'tag', tag: '1.0' }],
  [`team/app@${digest}`, 'team/app', { kind: 'digest', digest }],
];

for (const [text, repository, reference] of accepted) {
  test(`parseImageReference reads ${text.slice(0, 24)}`, () => {
    assert.deepEqual(parseImageReference(text), { repository, reference });
  });
}

const refused: [text: string, code: string][] = [
  ['', 'NAME_INVALID'],
  [':1', 'NAME_INVALID'],
  ['Team/app', 'NAME_INVALID'],
  ['localhost:5000/app', 'NAME_INVALID'],
  [`app:1@${digest}`, 'NAME_INVALID'],
  ['app:', 'TAG_INVALID'],
  ['app:1:2', 'TAG_INVALID'],
  [`app:${digest}`, 'TAG_INVALID'],
  ['app@', 'DIGEST_INVALID'],
  ['app@latest', 'DIGEST_INVALID'],
  [`app@${digest}@${digest}`, 'DIGEST_INVALID'],
];

for (const [text, code] of refused) {
  test(`parseImageReference refuses ${JSON.stringify(text.slice(0, 24))} with ${code}`, () => {
    assert.throws(() => parseImageReference(text), { name: 'OciError', code });
  });
}

test('parseImageReference gives back what was put together, or an OciError', () => {
  const piece = fc.string({ unit: fc.constantFrom(...'ab1._-/:@'), maxLength: 8 });
  fc.assert(
    fc.property(piece, (text) => {
      try {
        const { repository, reference } = parseImageReference(text);
        assert.equal(reference.kind, 'tag');
        const tag = reference.kind === 'tag' ? reference.tag : '';
        assert.ok(text === `${repository}:${tag}` || (text === repository && tag === 'latest'));
      } catch (error) {
        assert.ok(error instanceof OciError);
      }
    }),
    { numRuns: 1000 },
  );
});
