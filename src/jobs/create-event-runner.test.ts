import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CompiledQuery } from 'kysely';
import { openSqlite } from '../db/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { createCapturingLogger, createFakeClock, temporaryFolder } from '../testing/index.ts';
import {
  appendEvent,
  createEventRunner,
  type JobTables,
  jobMigrations,
  type RegistryEvent,
  type Subscriber,
} from './index.ts';

async function open() {
  const folder = await temporaryFolder();
  const db = await openSqlite<JobTables>({ file: `${folder.path}/test.db`, migrations: jobMigrations });
  const clock = createFakeClock();
  const append = (...repositories: string[]) =>
    db.transaction(async (trx) => {
      for (const repository of repositories) await appendEvent(trx, changed(repository));
    });
  return {
    db,
    clock,
    append,
    run: (...subscribers: Subscriber[]) => createEventRunner({ db, subscribers, clock, log: silentLogger }),
    async [Symbol.asyncDispose]() {
      await db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const changed = (repository: string): RegistryEvent => ({
  type: 'repository.changed',
  repository,
  actor: 'alice',
  at: 1,
});

/** Remembers the repositories it heard of; refuses as long as `fails` says so. */
function listener(name: string, fails: (repository: string) => boolean = () => false) {
  const heard: string[] = [];
  const subscriber: Subscriber = {
    name,
    async handle(events) {
      for (const { repository } of events) if (fails(repository)) throw new Error('not now');
      heard.push(...events.map(({ repository }) => repository));
      return undefined;
    },
  };
  return { heard, subscriber };
}

describe('events', () => {
  it('are delivered to each subscriber, in order, once', async () => {
    await using at = await open();
    const [a, b] = [listener('a'), listener('b')];
    await using runner = at.run(a.subscriber, b.subscriber);
    await at.append('one', 'two');
    await runner.flush();
    await at.append('three');
    await runner.flush();
    assert.deepEqual(a.heard, ['one', 'two', 'three']);
    assert.deepEqual(b.heard, a.heard);
  });

  it('of a transaction that failed never happened', async () => {
    await using at = await open();
    const a = listener('a');
    await using runner = at.run(a.subscriber);
    await assert.rejects(
      at.db.transaction(async (trx) => {
        await appendEvent(trx, changed('undone'));
        throw new Error('no');
      }),
    );
    await runner.flush();
    assert.deepEqual(a.heard, []);
  });

  it('go on after a restart where they had come to', async () => {
    await using at = await open();
    const before = listener('a');
    await at.append('one');
    {
      await using runner = at.run(before.subscriber);
      await runner.flush();
    }
    await at.append('two');
    const after = listener('a');
    await using runner = at.run(after.subscriber);
    await runner.flush();
    assert.deepEqual(after.heard, ['two']);
  });

  it('wait in order behind one that fails, which holds up no other subscriber, and come when it passes', async () => {
    await using at = await open();
    let broken = true;
    const a = listener('a', (repository) => broken && repository === 'two');
    const b = listener('b');
    await using runner = at.run(a.subscriber, b.subscriber);
    await at.append('one', 'two', 'three');
    await runner.flush();
    await runner.flush();
    assert.deepEqual(a.heard, ['one']);
    assert.deepEqual(b.heard, ['one', 'two', 'three']);
    broken = false;
    await runner.flush();
    assert.deepEqual(a.heard, ['one', 'two', 'three']);
  });

  it('leave out one that is refused over and over, and say so', async () => {
    await using at = await open();
    const log = createCapturingLogger();
    const a = listener('a', (repository) => repository === 'poison');
    await using runner = createEventRunner({ ...at, subscribers: [a.subscriber], log });
    await at.append('one', 'poison', 'three');
    for (let attempt = 0; attempt < 20; attempt += 1) await runner.flush();
    assert.deepEqual(a.heard, ['one', 'three']);
    assert.equal(log.entries.filter(({ level }) => level === 'error').length, 1);
  });

  it('are written by a subscriber together with its cursor, or not at all', async () => {
    await using at = await open();
    await at.db.transaction((trx) => trx.executeQuery(CompiledQuery.raw('CREATE TABLE count (n INT)')));
    let broken = true;
    const subscriber: Subscriber = {
      name: 'counter',
      handle: async (events) => async (trx) => {
        await trx.executeQuery(CompiledQuery.raw('INSERT INTO count VALUES (?)', [events.length]));
        if (broken) throw new Error('after it wrote');
      },
    };
    await using runner = at.run(subscriber);
    await at.append('one', 'two');
    await runner.flush();
    broken = false;
    await runner.flush();
    const { rows } = await at.db.reads.executeQuery(CompiledQuery.raw('SELECT sum(n) AS n FROM count'));
    assert.deepEqual(
      rows.map((row) => ({ ...(row as object) })),
      [{ n: 2 }],
    );
  });

  it('are forgotten once every subscriber has them, and ids go on', async () => {
    await using at = await open();
    const [a, b] = [listener('a'), listener('b', (repository) => repository === 'three')];
    await using runner = at.run(a.subscriber, b.subscriber);
    await at.append('one', 'two', 'three');
    await runner.flush();
    await runner.flush();
    at.clock.advance(3_600_000);
    await runner.flush();
    const left = await at.db.reads.selectFrom('event').select('id').orderBy('id').execute();
    assert.deepEqual(
      left.map(({ id }) => id),
      [2, 3],
    );
    await at.append('four');
    await runner.flush();
    assert.deepEqual(a.heard.at(-1), 'four');
  });

  it('begin anew when the database was made anew and ids with it', async () => {
    await using at = await open();
    await at.db.transaction((trx) =>
      trx.insertInto('event_cursor').values({ subscriber: 'a', position: 900 }).execute(),
    );
    await at.append('one');
    const a = listener('a');
    await using runner = at.run(a.subscriber);
    await runner.flush();
    assert.deepEqual(a.heard, ['one']);
  });

  it('come within moments of a poke', async () => {
    await using at = await open();
    const { promise, resolve } = Promise.withResolvers<string>();
    await using runner = at.run({
      name: 'a',
      handle: async ([event]) => {
        resolve(event?.repository ?? '');
        return undefined;
      },
    });
    await at.append('one');
    runner.poke();
    assert.equal(await promise, 'one');
  });
});
