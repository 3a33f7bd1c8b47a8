import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../../testing/index.ts';
import { createLoginThrottle, type LoginAttempt } from './throttle.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

function createScene() {
  const clock = createFakeClock();
  const throttle = createLoginThrottle({ clock });
  const from = (attempt: Partial<LoginAttempt> = {}): LoginAttempt => ({
    account: 'bob',
    address: '192.0.2.1',
    knownSource: undefined,
    ...attempt,
  });
  /** Whether it may be tried; it then fails. */
  const fails = (attempt?: Partial<LoginAttempt>) => {
    try {
      throttle.begin(from(attempt));
      return true;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'TOOMANYREQUESTS');
      return false;
    }
  };
  return { clock, throttle, from, fails };
}

test('a few mistakes cost nothing, then each doubles the wait, up to a minute', () => {
  const { clock, fails } = createScene();
  for (let count = 0; count < 5; count += 1) assert.equal(fails(), true);
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    clock.advance(seconds * SECOND_MS - 1);
    assert.equal(fails(), false, `before ${seconds} s`);
    clock.advance(1);
    assert.equal(fails(), true, `after ${seconds} s`);
  }
});

test('the answer says when to come again', () => {
  const { throttle, from, fails } = createScene();
  for (let count = 0; count < 5; count += 1) fails();
  assert.throws(() => throttle.begin(from()), { headers: { 'Retry-After': '1' } });
});

test('a guesser does not slow the owner, wherever the owner is', () => {
  const { fails } = createScene();
  for (let guess = 0; guess < 1000; guess += 1) fails({ address: `198.51.100.${guess % 250}` });
  assert.equal(fails({ address: '192.0.2.1' }), true, 'from a place that is new');
  assert.equal(fails({ knownSource: 'address 192.0.2.7', address: '192.0.2.7' }), true);
});

test('an account that is guessed from many places gives each new place one attempt', () => {
  const { fails } = createScene();
  for (let guess = 0; guess < 30; guess += 1) fails({ address: `198.51.100.${guess}` });
  assert.equal(fails({ address: '203.0.113.5' }), true);
  assert.equal(fails({ address: '203.0.113.5' }), false);
});

test('an address that tries many accounts is slowed for all but those known to log in from there', () => {
  const { clock, fails } = createScene();
  let tried = 0;
  while (fails({ account: `user${tried}` })) tried += 1;
  assert.ok(tried >= 50 && tried <= 70, String(tried));
  assert.equal(fails({ account: 'carol' }), false);
  assert.equal(fails({ account: 'carol', knownSource: 'address 192.0.2.1' }), true);
  clock.advance(10 * SECOND_MS);
  assert.equal(fails({ account: 'carol' }), true);
});

test('guesses sent at once are counted before the first has failed', () => {
  const { fails } = createScene();
  const allowed = Array.from({ length: 100 }, () => fails()).filter(Boolean).length;
  assert.equal(allowed, 5);
});

test('a success clears the place, and an hour clears all', () => {
  const { clock, throttle, from, fails } = createScene();
  for (let count = 0; count < 5; count += 1) fails();
  clock.advance(SECOND_MS);
  throttle.begin(from());
  throttle.succeeded(from());
  for (let count = 0; count < 5; count += 1) assert.equal(fails(), true);
  assert.equal(fails(), false);
  clock.advance(HOUR_MS);
  assert.equal(fails(), true);
});

test('a clock that is set back slows nobody for longer than a minute', () => {
  const { clock, fails } = createScene();
  for (let count = 0; count < 6; count += 1) fails();
  clock.advance(-30 * 60 * SECOND_MS);
  assert.equal(fails(), false);
  clock.advance(-HOUR_MS);
  assert.equal(fails(), true);
});
