import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../faults/harness/random.ts';
import { mutate } from './mutate.ts';
import { readRecordings, SESSION } from './recorded-request.ts';

const requests = readRecordings().flatMap((recording) => recording.requests);

describe('mutation of recorded requests', () => {
  it('does the same for the same seed, and something else for another', () => {
    const bytes = Buffer.from(requests[1] ?? '', 'latin1');
    const run = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 50 }, () => mutate(bytes, random).toString('latin1'));
    };
    assert.deepEqual(run(1), run(1));
    assert.notDeepEqual(run(1), run(2));
  });

  it('changes nearly every request, and leaves many that still begin like one', () => {
    const random = createRandom(7);
    const changed = requests.map((text) => mutate(Buffer.from(text, 'latin1'), random).toString('latin1'));
    assert.ok(changed.filter((text, index) => text !== requests[index]).length > requests.length * 0.9);
    const whole = changed.filter((text) => /^[A-Z]+ \/v2\/\S* HTTP\/1\.1\r\n/.test(text));
    assert.ok(whole.length > requests.length / 2, `${whole.length} of ${requests.length}`);
  });

  it('has each kind of request of a push and a pull to begin with, sessions among them', () => {
    for (const start of ['POST /v2/', 'PATCH /v2/', 'PUT /v2/', 'HEAD /v2/', 'GET /v2/', 'DELETE /v2/']) {
      assert.ok(
        requests.some((text) => text.startsWith(start)),
        start,
      );
    }
    assert.ok(requests.some((text) => text.includes(SESSION)));
  });
});
