import assert from 'node:assert/strict';
import { test } from 'node:test';
import { andThen, whenReady } from './index.ts';

const fail = (): never => {
  throw new Error('no');
};
const messageOf = (error: unknown) => (error as Error).message;

test('what is there is gone on with at once', () => {
  assert.equal(
    andThen(1, (one) => one + 1),
    2,
  );
  assert.equal(
    whenReady(
      () => 1,
      (one) => one + 1,
    ),
    2,
  );
});

test('what is promised is gone on with when it comes', async () => {
  const later = Promise.resolve(1);
  assert.equal(await andThen(later, (one) => one + 1), 2);
  assert.equal(
    await whenReady(
      () => later,
      (one) => one + 1,
    ),
    2,
  );
});

test('a failure is handed on, now or later, and thrown where nobody takes it', async () => {
  const done = () => 'done';
  assert.equal(whenReady(fail, done, messageOf), 'no');
  assert.equal(await whenReady(() => Promise.reject(new Error('no')), done, messageOf), 'no');
  assert.throws(() => whenReady(fail, done), /no/);
  await assert.rejects(async () => whenReady(() => Promise.reject(new Error('no')), done), /no/);
});

test('what goes on does not handle its own failure', async () => {
  assert.throws(() => whenReady(() => 1, fail, messageOf), /no/);
  await assert.rejects(async () => whenReady(() => Promise.resolve(1), fail, messageOf), /no/);
});
