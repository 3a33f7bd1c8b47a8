import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../kernel/index.ts';
import { countOf } from './count-of.ts';
import { formatAge } from './format-age.ts';
import { formatByteProgress } from './format-byte-progress.ts';
import { formatBytes } from './format-bytes.ts';
import { formatDuration } from './format-duration.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('what people read', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [99_949, '99.9 kB'],
    [99_951, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [34_500_000, '34.5 MB'],
    [1_200_000_000_000, '1.2 TB'],
    [Number.MAX_SAFE_INTEGER, '9.0 PB'],
    [9e18, '9000 PB'],
  ] as const) {
    it(`says ${text} for ${bytes} bytes`, () => assert.equal(formatBytes(bytes), text));
  }

  for (const [ageMs, text] of [
    [-5 * DAY, 'just now'],
    [0, 'just now'],
    [MINUTE - 1, 'just now'],
    [MINUTE, '1 minute ago'],
    [2 * MINUTE, '2 minutes ago'],
    [119 * MINUTE, '119 minutes ago'],
    [2 * HOUR, '2 hours ago'],
    [2 * DAY, '2 days ago'],
    [13 * DAY, '13 days ago'],
    [14 * DAY, '2 weeks ago'],
    [59 * DAY, '8 weeks ago'],
    [60 * DAY, '2 months ago'],
    [3 * 365 * DAY, '3 years ago'],
  ] as const) {
    it(`says "${text}" for ${ageMs} ms`, () =>
      assert.equal(formatAge(10 * DAY * 365, 10 * DAY * 365 + ageMs), text));
  }

  for (const [durationMs, text] of [
    [-1, '0 s'],
    [8_400, '8 s'],
    [59_600, '1 min 00 s'],
    [200_000, '3 min 20 s'],
    [HOUR + 5 * MINUTE, '1 h 05 min'],
    [2 * DAY + 4 * HOUR, '2 d 4 h'],
  ] as const) {
    it(`says ${text} for ${durationMs} ms`, () => assert.equal(formatDuration(durationMs), text));
  }

  for (const [work, text] of [
    [{ doneBytes: 0, totalBytes: 0, elapsedMs: 0 }, `${'█'.repeat(24)} 100 %, 0 B of 0 B`],
    [
      { doneBytes: 500, totalBytes: 1000, elapsedMs: 999 },
      `${'█'.repeat(12)}${'░'.repeat(12)} 50 %, 500 B of 1.0 kB`,
    ],
    [
      { doneBytes: 2e9, totalBytes: 10e9, elapsedMs: 10_000 },
      `${'█'.repeat(5)}${'░'.repeat(19)} 20 %, 2.0 GB of 10.0 GB, 200 MB/s, 40 s left`,
    ],
    [{ doneBytes: 0, totalBytes: 1000, elapsedMs: 5_000 }, `${'░'.repeat(24)} 0 %, 0 B of 1.0 kB`],
    [
      { doneBytes: 3000, totalBytes: 2000, elapsedMs: 1_000 },
      `${'█'.repeat(24)} 100 %, 3.0 kB of 2.0 kB, 3.0 kB/s`,
    ],
  ] as const) {
    it(`says ${text}`, () => assert.equal(formatByteProgress(work), text));
  }

  it('counts in singular and plural', () => {
    assert.deepEqual(
      [countOf(0, 'tag'), countOf(1, 'tag'), countOf(1, 'repository'), countOf(2, 'repository')],
      ['0 tags', '1 tag', '1 repository', '2 repositories'],
    );
  });

  it('takes out what a terminal would obey, and leaves what people write', () => {
    assert.equal(
      printable('a\u001b[2Jb\r\n\u009bc\u202ed\u2028'),
      'a\ufffd[2Jb\ufffd\ufffd\ufffdc\ufffdd\ufffd',
    );
    assert.equal(printable('größe – 大きさ 🙂'), 'größe – 大きさ 🙂');
  });
});
