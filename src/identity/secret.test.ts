import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSecret, isSecret, mintSecret } from './secret.ts';

test('secrets differ, and are found by their hash', () => {
  const secrets = new Set(Array.from({ length: 1000 }, () => mintSecret('pat').text));
  assert.equal(secrets.size, 1000);
  const { text, hash, hint } = mintSecret('rob');
  assert.equal(hashSecret(text), hash);
  assert.ok(text.startsWith(hint) && hint.length < 16);
});

test('a secret with any character changed, cut or added is none', () => {
  const { text } = mintSecret('pat');
  assert.ok(isSecret(text, 'pat'));
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === 'x' ? 'y' : 'x';
    assert.ok(!isSecret(text.slice(0, at) + other + text.slice(at + 1), 'pat', 'rob'), `at ${at}`);
  }
  for (const wrong of [text.slice(1), text.slice(0, -1), `${text}0`, `${text}\n`, ` ${text}`, '']) {
    assert.ok(!isSecret(wrong, 'pat'));
  }
});

test('a secret of one kind is none of another', () => {
  assert.ok(!isSecret(mintSecret('ses').text, 'pat', 'rob'));
  assert.ok(isSecret(mintSecret('rob').text, 'pat', 'rob'));
});
