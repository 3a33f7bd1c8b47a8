import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFakeClock } from '../testing/index.ts';
import { createStatusLine } from './create-status-line.ts';
import { createRecordingOutput } from './suite/recording-output.ts';

describe('status line', () => {
  it('is redrawn on a terminal at most ten times a second, cut to its width, and taken off', () => {
    const err = createRecordingOutput({ isTerminal: true, columns: 10 });
    const clock = createFakeClock();
    const status = createStatusLine(err, clock);
    let asked = 0;
    for (let step = 0; step < 100; step += 1) {
      clock.advance(5);
      status.show((elapsedMs) => {
        asked += 1;
        return `${elapsedMs} ms and so on`;
      });
    }
    assert.equal(asked, 5);
    assert.ok(err.text.startsWith('\r100 ms an\u001b[K\r200 ms an\u001b[K'), JSON.stringify(err.text));
    status.clear();
    status.clear();
    assert.ok(err.text.endsWith('\r500 ms an\u001b[K\r\u001b[K'), JSON.stringify(err.text));
  });

  it('is a line every five seconds where there is no terminal', () => {
    const err = createRecordingOutput();
    const clock = createFakeClock();
    const status = createStatusLine(err, clock);
    for (let second = 1; second <= 12; second += 1) {
      clock.advance(1000);
      status.show((elapsedMs) => `${elapsedMs} ms`);
    }
    status.clear();
    assert.equal(err.text, '5000 ms\n10000 ms\n');
  });
});
