import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLinearizable, type Operation } from './linearizability.ts';

type Row = readonly [Operation['kind'], string | undefined, number, number];

const histories: readonly { title: string; rows: readonly Row[]; expected: boolean }[] = [
  { title: 'none', rows: [], expected: true },
  {
    title: 'a read after a write sees it',
    rows: [
      ['put', 'a', 1, 2],
      ['get', 'a', 3, 4],
    ],
    expected: true,
  },
  {
    title: 'a read after a write sees what was before',
    rows: [
      ['put', 'a', 1, 2],
      ['get', undefined, 3, 4],
    ],
    expected: false,
  },
  {
    title: 'a read during a write sees either, but not the old after the new',
    rows: [
      ['put', 'a', 1, 9],
      ['get', 'a', 2, 3],
      ['get', undefined, 4, 5],
    ],
    expected: false,
  },
  {
    title: 'a read during a write sees the old, then the new',
    rows: [
      ['put', 'a', 1, 9],
      ['get', undefined, 2, 3],
      ['get', 'a', 4, 5],
    ],
    expected: true,
  },
  {
    title: 'two deletes at once both find the one value',
    rows: [
      ['put', 'a', 1, 2],
      ['delete', 'deleted', 3, 6],
      ['delete', 'deleted', 4, 5],
    ],
    expected: false,
  },
  {
    title: 'a lost update: the second of two writes that followed each other is gone',
    rows: [
      ['put', 'a', 1, 2],
      ['put', 'b', 3, 4],
      ['get', 'a', 5, 6],
    ],
    expected: false,
  },
  {
    title: 'writes at the same time come in the order that reads show',
    rows: [
      ['put', 'a', 1, 9],
      ['put', 'b', 1, 9],
      ['get', 'b', 2, 3],
      ['get', 'a', 4, 5],
    ],
    expected: true,
  },
];

describe('the checker of histories', () => {
  for (const { title, rows, expected } of histories) {
    it(`${expected ? 'accepts' : 'refuses'}: ${title}`, () => {
      const history = rows.map(([kind, value, startedAt, endedAt]) => ({ kind, value, startedAt, endedAt }));
      assert.equal(isLinearizable(history, undefined), expected);
    });
  }
});
