import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { mapInOrder } from './map-in-order.ts';

/** Work whose pieces end in an order of their own, and which knows how many were under way at once. */
function work(delays: readonly number[], failsAt = -1) {
  const state = { running: 0, most: 0, begun: 0 };
  const run = async (index: number) => {
    state.begun += 1;
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    for (let turn = 0; turn < (delays[index] ?? 0); turn++) await Promise.resolve();
    state.running -= 1;
    if (index === failsAt) throw new Error(`piece ${index}`);
    return index;
  };
  return { state, run };
}

const delays = fc.array(fc.nat(20), { maxLength: 30 });

describe('mapInOrder', () => {
  test('gives every result in the order of the items, with no more under way than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 8 }), async (delays, concurrency) => {
        const { state, run } = work(delays);
        const results = await Array.fromAsync(mapInOrder(delays.keys(), { concurrency, work: run }));
        assert.deepEqual(results, [...delays.keys()]);
        assert.ok(state.most <= concurrency);
      }),
    );
  });

  test('a failure is thrown in its turn, and nothing is under way afterwards', async () => {
    const { state, run } = work([20, 1, 20, 20, 20, 20], 1);
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const result of mapInOrder(Array(6).keys(), { concurrency: 3, work: run }))
        seen.push(result);
    }, /piece 1/);
    assert.deepEqual(seen, [0]);
    assert.equal(state.running, 0);
    assert.ok(state.begun < 6);
  });
});

describe('forEachConcurrently', () => {
  test('does every item once, with no more under way than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 8 }), async (delays, concurrency) => {
        const { state, run } = work(delays);
        const done: number[] = [];
        await forEachConcurrently(delays.keys(), {
          concurrency,
          work: async (index) => void done.push(await run(index)),
        });
        assert.deepEqual(
          done.sort((a, b) => a - b),
          [...delays.keys()],
        );
        assert.ok(state.most <= concurrency);
      }),
    );
  });

  test('the first failure stops it, and nothing is under way when it is thrown', async () => {
    const { state, run } = work([30, 1, ...Array(20).fill(1)], 1);
    const whole = forEachConcurrently(Array(22).keys(), {
      concurrency: 2,
      work: async (index) => void (await run(index)),
    });
    await assert.rejects(whole, /piece 1/);
    assert.equal(state.running, 0);
    assert.ok(state.begun < 22);
  });
});
