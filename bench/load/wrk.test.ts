import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWrk } from './wrk.ts';

const printed = (end = '') => `Running 1s test @ http://127.0.0.1:18099/
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   301.61us    1.15ms  14.14ms   94.76%
    Req/Sec    50.94k     6.54k   57.38k    81.82%
  Latency Distribution
     50%   51.00us
     75%   59.00us
     90%  165.00us
     99%    1.02s 
  55857 requests in 1.11s, 8.47MB read
${end}Requests/sec:  50099.42
Transfer/sec:      7.60MB
`;

describe('what wrk prints', () => {
  it('is read with its units', () => {
    assert.deepEqual(parseWrk(printed()), { requests: 55857, seconds: 1.11, p50Ms: 0.051, p99Ms: 1020 });
  });

  it('is an error when answers were errors or connections broke', () => {
    assert.throws(
      () => parseWrk(printed('  Non-2xx or 3xx responses: 12\n')),
      /Non-2xx or 3xx responses: 12/,
    );
    const sockets = '  Socket errors: connect 0, read 3, write 0, timeout 0\n';
    assert.throws(() => parseWrk(printed(sockets)), /read 3/);
  });

  it('is an error when it is something else', () => {
    assert.throws(() => parseWrk('unable to connect'), /not understood/);
  });
});
