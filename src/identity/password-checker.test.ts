import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasswordChecker, type PasswordAttempt } from './password-checker.ts';

const attempt: PasswordAttempt = { user: 'ann', password: 'right', hash: 'hash', place: 'here' };
const MINUTE_MS = 60_000;

/** A checker whose slow comparisons end when the test says so. */
function createScene() {
  const time = { ms: 1_000_000 };
  const running: { password: string; end(right: boolean): void; fail(error: Error): void }[] = [];
  let compared = 0;
  const checker = createPasswordChecker({
    clock: { now: () => time.ms },
    compare: (password) => {
      compared += 1;
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      running.push({ password, end: resolve, fail: reject });
      return promise;
    },
  });
  return {
    time,
    running,
    compared: () => compared,
    matches: checker.matches,
    /** Asks, and ends the one comparison that this takes; `right` is what bcrypt would say. */
    async ask(asked: PasswordAttempt, right = asked.password === 'right') {
      const answer = checker.matches(asked);
      await settle();
      running.shift()?.end(right);
      return answer;
    },
  };
}

/** Lets everything run that can. */
const settle = () => new Promise(setImmediate);

test('a right password is hashed again when it was not used for five minutes', async () => {
  const scene = createScene();
  assert.equal(await scene.ask(attempt), true);
  for (const _ of [1, 2, 3]) {
    scene.time.ms += 5 * MINUTE_MS - 1;
    assert.equal(await scene.ask(attempt), true);
  }
  assert.equal(scene.compared(), 1);
  scene.time.ms += 5 * MINUTE_MS;
  assert.equal(await scene.ask(attempt), true);
  assert.equal(scene.compared(), 2);
});

test('a wrong password is hashed each time', async () => {
  const scene = createScene();
  for (const count of [1, 2, 3]) {
    assert.equal(await scene.ask({ ...attempt, password: 'wrong' }), false);
    assert.equal(scene.compared(), count);
  }
});

test('what is remembered counts for this user, hash and password alone', async () => {
  const scene = createScene();
  await scene.ask(attempt);
  const others: readonly PasswordAttempt[] = [
    { ...attempt, user: 'bob' },
    { ...attempt, hash: 'hash set again' },
    { ...attempt, password: 'wrong' },
    // The parts of the key cannot flow into each other.
    { ...attempt, user: 'an', hash: 'nhash' },
    { ...attempt, hash: 'has', password: 'hright' },
  ];
  for (const other of others) assert.equal(await scene.ask(other, false), false);
});

test('64 equal attempts at the same time are hashed once', async () => {
  const scene = createScene();
  const answers = Array.from({ length: 64 }, () => scene.matches(attempt));
  await settle();
  assert.equal(scene.running.length, 1);
  scene.running[0]?.end(true);
  assert.deepEqual(await Promise.all(answers), Array(64).fill(true));
});

test('different attempts are hashed two at a time, first come first served', async () => {
  const scene = createScene();
  const ask = (password: string) => scene.matches({ ...attempt, password });
  const answers = ['a', 'b', 'c'].map(ask);
  const order: string[] = [];
  for (let left = 5; left > 0; left -= 1) {
    await settle();
    assert.equal(scene.running.length, Math.min(2, left));
    // Who comes later does not slip in.
    if (left === 4) answers.push(ask('d'), ask('e'));
    const next = scene.running.shift();
    order.push(next?.password ?? '');
    next?.end(next.password === 'c');
  }
  assert.deepEqual(order, ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(await Promise.all(answers), [false, false, true, false, false]);
});

test('a flood of guesses is told to slow down, and who is remembered does not notice', async () => {
  const scene = createScene();
  await scene.ask(attempt);
  const flood = Array.from({ length: 300 }, (_, index) =>
    scene.matches({ ...attempt, password: `guess ${index}` }).catch((error: Error) => error),
  );
  await settle();
  assert.equal(scene.running.length, 2);
  assert.equal(await scene.matches(attempt), true);
  while (scene.running.length > 0) {
    scene.running.shift()?.end(false);
    await settle();
  }
  const answers = await Promise.all(flood);
  assert.equal(answers.filter((answer) => answer === false).length, 258);
  const refusals = answers.filter((answer) => answer instanceof Error);
  assert.equal(refusals.length, 42);
  assert.deepEqual(
    new Set(refusals.map((error) => 'code' in error && error.code)),
    new Set(['TOOMANYREQUESTS']),
  );
  // Nobody is locked out by it.
  assert.equal(await scene.ask({ ...attempt, user: 'bob' }), true);
});

test('a flood from one place makes nobody elsewhere wait for more than his turn', async () => {
  const scene = createScene();
  const flood = Array.from({ length: 300 }, (_, index) =>
    scene.matches({ ...attempt, user: `user ${index}`, password: 'guess' }).catch((error: Error) => error),
  );
  await settle();
  // The queue is full: the last of the flood makes room.
  const login = scene.matches({ ...attempt, place: 'elsewhere' });
  await settle();
  const passwords: (string | undefined)[] = [];
  while (scene.running.length > 0) {
    const next = scene.running.shift();
    passwords.push(next?.password);
    next?.end(next.password === 'right');
    await settle();
  }
  assert.equal(await login, true);
  // Two were under way, and one of the flood was before it.
  assert.equal(passwords.indexOf('right'), 3);
  const refused = (await Promise.all(flood)).filter((answer) => answer instanceof Error);
  assert.equal(refused.length, 43);
});

test('who comes to a full queue does not push out who has as little there', async () => {
  const scene = createScene();
  const others = Array.from({ length: 258 }, (_, index) =>
    scene.matches({ ...attempt, place: `place ${index}`, user: `user ${index}` }),
  );
  await settle();
  await assert.rejects(scene.matches({ ...attempt, place: 'one more' }), { code: 'TOOMANYREQUESTS' });
  while (scene.running.length > 0) {
    scene.running.shift()?.end(true);
    await settle();
  }
  assert.ok((await Promise.all(others)).every((right) => right));
});

test('a comparison that fails is an error for those who waited for it, and tried anew by the next', async () => {
  const scene = createScene();
  const answers = [scene.matches(attempt), scene.matches(attempt)];
  await settle();
  scene.running.shift()?.fail(new Error('no thread'));
  for (const answer of answers) await assert.rejects(answer, /no thread/);
  assert.equal(await scene.ask(attempt), true);
});

test('10,000 right passwords are remembered, the least used are forgotten first', async () => {
  const checked: string[] = [];
  const checker = createPasswordChecker({
    clock: { now: () => 0 },
    compare: async (password) => {
      checked.push(password);
      return true;
    },
  });
  const check = (password: string) => checker.matches({ ...attempt, password });
  for (let index = 0; index < 10_000; index += 1) await check(`${index}`);
  await check('0');
  await check('one more');
  checked.length = 0;
  await check('0');
  await check('2');
  assert.deepEqual(checked, []);
  await check('1');
  assert.deepEqual(checked, ['1']);
});
