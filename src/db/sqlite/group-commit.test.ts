import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { createFakeWriter, type FakeWriter } from '../../testing/fake-writer.ts';
import { createTransactions } from './dialect.ts';
import { createGroupCommit } from './group-commit.ts';

const note = (text: string) => sql`INSERT ${sql.lit(text)}`;

/** Transactions over a writer of its own. */
function open(writer: FakeWriter) {
  const transaction = createTransactions<object>(createGroupCommit(writer), 'test.db');
  return (...texts: string[]) =>
    transaction(async (trx) => {
      for (const text of texts) {
        if (text === 'throw') throw new Error('own fault');
        await note(text).execute(trx);
      }
      return texts.join();
    });
}

const outcomes = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((one) => (one.status === 'fulfilled' ? 'kept' : one.reason.message));

test('transactions that wait for each other share one commit', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  const all = Array.from({ length: 10 }, (_, index) => run(`t${index}a`, `t${index}b`));
  assert.deepEqual(await outcomes(all), Array(10).fill('kept'));
  assert.equal(writer.committed.length, 20);
  assert.ok(writer.commits < 4, `${writer.commits} commits`);
});

test('no more than 64 share one commit, so that the first need not wait for ever', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  await Promise.all(Array.from({ length: 200 }, (_, index) => run(`t${index}`)));
  assert.ok(writer.commits >= 3, `${writer.commits} commits`);
  assert.equal(writer.committed.length, 200);
});

test('a transaction that throws takes back its own statements and nobody else’s', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  const all = [run('a'), run('b', 'throw'), run('c'), run('d', 'throw')];
  assert.deepEqual(await outcomes(all), ['kept', 'own fault', 'kept', 'own fault']);
  assert.deepEqual(writer.committed, ['a', 'c']);
});

test('a transaction that throws says so only once what it saw of others is committed', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  // 'c' keeps the commit from coming at once.
  const all = [run('a'), run('b', 'throw'), run('c')];
  await assert.rejects(all[1] ?? Promise.resolve(), /own fault/);
  assert.ok(writer.committed.includes('a'), 'told before it was committed');
  await Promise.all([all[0], all[2]]);
});

test('a transaction that throws over what others put into a commit that fails, fails as they do', async () => {
  const writer = createFakeWriter();
  writer.fail('COMMIT', 'disk full');
  const run = open(writer);
  const all = [run('a'), run('b', 'throw'), run('c')];
  assert.deepEqual(await outcomes(all), ['disk full', 'disk full', 'disk full']);
  assert.deepEqual(writer.committed, []);
});

test('a statement that fails fails its transaction alone', async () => {
  const writer = createFakeWriter();
  writer.fail('INSERT bad', 'constraint');
  const run = open(writer);
  assert.deepEqual(await outcomes([run('a'), run('b', 'bad', 'never'), run('c')]), [
    'kept',
    'constraint',
    'kept',
  ]);
  assert.deepEqual(writer.committed, ['a', 'c']);
});

test('statements of two transactions never mix, and none is told that it is kept before the commit', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  const all = Array.from({ length: 30 }, (_, index) =>
    run(`${index}-1`, `${index}-2`, `${index}-3`).then(() => {
      assert.ok(writer.committed.includes(`${index}-3`), 'told before it was committed');
    }),
  );
  await Promise.all(all);
  for (let index = 0; index < 90; index += 3) {
    const owners = writer.committed.slice(index, index + 3).map((text) => text.split('-')[0]);
    assert.equal(new Set(owners).size, 1, writer.committed.join(' '));
  }
});

for (const keepsTransaction of [true, false]) {
  const how = keepsTransaction ? 'still open' : 'given up by SQLite';
  test(`a commit that fails (transaction ${how}) fails all that share it, and what comes after is whole`, async () => {
    const writer = createFakeWriter();
    writer.fail('COMMIT', 'disk full', { keepsTransaction });
    const run = open(writer);
    const first = [run('a'), run('b'), run('c')];
    // Begun when the members learn of the failure, with several statements, so that a stray rollback would hit them.
    const later = first.map((one, index) => one.catch(() => run(`later-${index}-1`, `later-${index}-2`)));
    assert.deepEqual(await outcomes(first), ['disk full', 'disk full', 'disk full']);
    assert.deepEqual(await outcomes(later), ['kept', 'kept', 'kept']);
    assert.deepEqual(writer.committed.toSorted(), [
      'later-0-1',
      'later-0-2',
      'later-1-1',
      'later-1-2',
      'later-2-1',
      'later-2-2',
    ]);
    assert.equal(writer.inTransaction, false);
    assert.deepEqual(writer.misuses, []);
  });
}

test('transactions that queue behind a commit that fails are not touched by it', async () => {
  const writer = createFakeWriter();
  const run = open(writer);
  writer.fail('COMMIT', 'disk full');
  const failing = run('a');
  const waiting: Promise<unknown>[] = [];
  // Exactly while COMMIT runs: these wait for the connection.
  await writer.whenAsked('COMMIT', () => {
    for (let index = 0; index < 5; index++) waiting.push(run(`w${index}-1`, `w${index}-2`));
  });
  assert.deepEqual(await outcomes([failing]), ['disk full']);
  assert.deepEqual(await outcomes(waiting), Array(5).fill('kept'));
  assert.equal(writer.committed.length, 10);
  assert.deepEqual(writer.misuses, []);
});

test('SQLite gives the whole transaction up in the middle → all that share it fail, the next ones work', async () => {
  const writer = createFakeWriter();
  writer.fail('INSERT b', 'disk full', { keepsTransaction: false });
  const run = open(writer);
  assert.deepEqual(await outcomes([run('a'), run('b'), run('c')]), ['disk full', 'disk full', 'kept']);
  assert.deepEqual(writer.committed, ['c']);
  assert.deepEqual(writer.misuses, []);
});

for (const statement of ['BEGIN IMMEDIATE', 'SAVEPOINT member', 'RELEASE member']) {
  test(`${statement} fails → its transaction fails, nothing stays open, the next ones work`, async () => {
    const writer = createFakeWriter();
    const run = open(writer);
    writer.fail(statement, 'broken');
    assert.deepEqual(await outcomes([run('a')]), ['broken']);
    assert.equal(writer.inTransaction, false);
    assert.equal(await run('b'), 'b');
    assert.deepEqual(writer.committed, ['b']);
    assert.deepEqual(writer.misuses, []);
  });
}

test('a statement that nobody waited for is refused once its transaction is over', async () => {
  const writer = createFakeWriter();
  const transaction = createTransactions<object>(createGroupCommit(writer), 'test.db');
  const late = Promise.withResolvers<unknown>();
  const isRefused = assert.rejects(late.promise, /transaction is over/);
  await assert.rejects(
    transaction(async (trx) => {
      await note('first').execute(trx);
      setImmediate(() => note('second').execute(trx).then(late.resolve, late.reject));
      throw new Error('own fault');
    }),
    /own fault/,
  );
  await isRefused;
  assert.deepEqual(writer.committed, []);
});

test('statements that are sent together fail together, and take nobody along', async () => {
  const writer = createFakeWriter();
  writer.fail('INSERT bad', 'constraint');
  const transaction = createTransactions<object>(createGroupCommit(writer), 'test.db');
  const together = (...texts: string[]) =>
    transaction((trx) => Promise.all(texts.map((text) => note(text).execute(trx))));
  const all = [together('a1', 'a2'), together('b1', 'bad', 'b2'), together('c1', 'c2', 'c3')];
  assert.deepEqual(await outcomes(all), ['kept', 'constraint', 'kept']);
  assert.deepEqual(writer.committed, ['a1', 'a2', 'c1', 'c2', 'c3']);
  assert.deepEqual(writer.misuses, []);
});
