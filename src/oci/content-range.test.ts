import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseContentRange } from './index.ts';
import { accepts } from './testing/accepts.ts';

const accepted: [header: string, start: number, endInclusive: number][] = [
  ['0-1048575', 0, 1048575],
  [' 5-5 ', 5, 5],
  ['bytes=0-10', 0, 10],
  ['bytes 0-10/*', 0, 10],
  ['bytes 0-10/100', 0, 10],
  ['Bytes 0-10/11', 0, 10],
  ['0-10/11', 0, 10],
];

for (const [header, start, endInclusive] of accepted) {
  test(`parseContentRange reads ${header}`, () => {
    assert.deepEqual(parseContentRange(header), { start, endInclusive });
  });
}

const refused = [
  '',
  '-',
  '0-',
  '-5',
  '5-4',
  '0--1',
  'bytes */10',
  'bytes 0-10/10',
  'items 0-1',
  '0-1,2-3',
  '1e3-2e3',
  '0-9007199254740991',
  `0-${'9'.repeat(16)}`,
  `0-${'9'.repeat(100_000)}`,
  `bytes${' '.repeat(100_000)}`,
];

for (const header of refused) {
  test(`parseContentRange refuses ${JSON.stringify(header.slice(0, 20))} (${header.length})`, () => {
    assert.throws(() => parseContentRange(header), {
      name: 'OciError',
      code: 'BLOB_UPLOAD_INVALID',
      status: 400,
    });
  });
}

test('parseContentRange gives back the two numbers of every form', () => {
  const form = fc.constantFrom('', 'bytes=', 'bytes ', 'BYTES ');
  fc.assert(
    fc.property(form, fc.nat(), fc.nat(), fc.constantFrom('', '/*'), (unit, start, more, total) => {
      const endInclusive = start + more;
      assert.deepEqual(parseContentRange(`${unit}${start}-${endInclusive}${total}`), { start, endInclusive });
    }),
  );
});

test('parseContentRange throws nothing but BLOB_UPLOAD_INVALID', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'bytes 0123-/*=') })),
      (header) => {
        accepts('BLOB_UPLOAD_INVALID', () => parseContentRange(header));
      },
    ),
  );
});
