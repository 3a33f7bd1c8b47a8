import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OciError, parseRange } from './index.ts';

const served: [header: string, ranges: [start: number, endExclusive: number][]][] = [
  ['bytes=0-0', [[0, 1]]],
  ['bytes=0-99', [[0, 100]]],
  ['bytes=10-19', [[10, 20]]],
  ['bytes=50-', [[50, 100]]],
  ['bytes=0-', [[0, 100]]],
  ['bytes=-10', [[90, 100]]],
  ['bytes=-1000', [[0, 100]]],
  ['bytes=50-100', [[50, 100]]],
  [`bytes=99-${'9'.repeat(400)}`, [[99, 100]]],
  [`bytes=-${'9'.repeat(400)}`, [[0, 100]]],
  ['Bytes = 1-2', [[1, 3]]],
  [
    'bytes=0-1, 4-5 ,,',
    [
      [0, 2],
      [4, 6],
    ],
  ],
  [
    'bytes=4-5,0-1',
    [
      [4, 6],
      [0, 2],
    ],
  ],
  ['bytes=200-300,0-1,5-2', [[0, 2]]],
  [
    'bytes=0-9,0-9',
    [
      [0, 10],
      [0, 10],
    ],
  ],
];

for (const [header, expected] of served) {
  test(`parseRange of 100 bytes: ${header.slice(0, 40)} gives ${JSON.stringify(expected)}`, () => {
    const ranges = expected.map(([start, endExclusive]) => ({ start, endExclusive }));
    assert.deepEqual(parseRange(header, 100), { kind: 'ranges', ranges });
  });
}

const ignored: (string | undefined)[] = [
  undefined,
  '',
  'bytes',
  'bytes=',
  'bytes=,',
  'bytes=-',
  'bytes=a-b',
  'bytes=1',
  'bytes=--1',
  'bytes=1-2-3',
  'bytes=0x1-2',
  'bytes=1-2;3-4',
  'bytes=0-1,x',
  'items=0-1',
  '=0-1',
  'bytes=0-99,0-0',
  `bytes=${'0-0,'.repeat(257)}`,
];

for (const header of ignored) {
  test(`parseRange ignores ${JSON.stringify(header?.slice(0, 40))}`, () => {
    assert.deepEqual(parseRange(header, 100), { kind: 'whole' });
  });
}

for (const header of ['bytes=100-', 'bytes=100-200', 'bytes=5-2', 'bytes=-0', 'bytes=200-,300-']) {
  test(`parseRange → 416 for ${header} of 100 bytes`, () => {
    assert.throws(() => parseRange(header, 100), {
      name: 'OciError',
      code: 'RANGE_INVALID',
      status: 416,
      headers: { 'Content-Range': 'bytes */100' },
    });
  });
}

test('parseRange takes 256 ranges and no more', () => {
  assert.equal(parseRange(`bytes=${'0-0,'.repeat(256)}`, 1000).kind, 'ranges');
  assert.equal(parseRange(`bytes=${'0-0,'.repeat(257)}`, 1000).kind, 'whole');
});

test('parseRange of empty content is the whole of it', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
    assert.deepEqual(parseRange(header, 0), { kind: 'whole' });
  }
});

test('parseRange selects the bytes that each range names', () => {
  const digits = fc.oneof(fc.constant(''), fc.nat({ max: 30 }).map(String));
  const size = 20;
  fc.assert(
    fc.property(digits, digits, (first, last) => {
      fc.pre(first !== '' || last !== '');
      const named = [...Array(size).keys()].filter((position) =>
        first === ''
          ? position >= size - Number(last)
          : position >= Number(first) && (last === '' || position <= Number(last)),
      );
      try {
        const request = parseRange(`bytes=${first}-${last}`, size);
        const ranges = request.kind === 'ranges' ? request.ranges : [];
        assert.deepEqual(
          ranges.flatMap(({ start, endExclusive }) =>
            [...Array(endExclusive - start).keys()].map((i) => start + i),
          ),
          named,
        );
      } catch (error) {
        assert.ok(error instanceof OciError && error.code === 'RANGE_INVALID');
        assert.deepEqual(named, []);
      }
    }),
    { numRuns: 1000 },
  );
});

test('parseRange never answers more than the content, nothing outside, and throws only RANGE_INVALID', () => {
  const spec = fc.string({ unit: fc.constantFrom(...'0123--, x'), maxLength: 30 });
  fc.assert(
    fc.property(spec, fc.nat({ max: 200 }), (text, size) => {
      try {
        const request = parseRange(`bytes=${text}`, size);
        if (request.kind === 'whole') return;
        assert.ok(request.ranges.length > 0);
        let total = 0;
        for (const { start, endExclusive } of request.ranges) {
          assert.ok(0 <= start && start < endExclusive && endExclusive <= size);
          total += endExclusive - start;
        }
        assert.ok(total <= size);
      } catch (error) {
        assert.ok(error instanceof OciError && error.code === 'RANGE_INVALID');
      }
    }),
    { numRuns: 2000 },
  );
});
