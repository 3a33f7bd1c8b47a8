import { connect } from 'node:net';

/** What came back for some requests on one connection. */
export interface BatchAnswer {
  readonly statuses: readonly number[];
  readonly isHung: boolean;
}

/** Counted in ticks, not by the clock: a machine that stood still is no hang. */
const HANG_TICKS = 30;
const STATUS = /(?:^|\r?\n|\})HTTP\/1\.1 (\d{3}) /g;

/** Without an answer for so long, the server waits for the rest of a request that never comes. */
const QUIET_MS = 40;
/** After it the server closes, if it ever gets there. */
const LAST = Buffer.from('GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');

/** Sends all at once on a connection of its own. Where the server waits for more, half-closes: then there is no more. */
export function sendBatch(port: number, requests: readonly Buffer[]): Promise<BatchAnswer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let ticks = 0;
    const finish = (isHung: boolean) => {
      clearInterval(ticking);
      clearTimeout(quiet);
      socket.destroy();
      const text = Buffer.concat(pieces).toString('latin1');
      resolve({ statuses: [...text.matchAll(STATUS)].map(([, status]) => Number(status)), isHung });
    };
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const ticking = setInterval(() => {
      if (++ticks === HANG_TICKS) finish(true);
    }, 1_000);
    const quiet = setTimeout(() => socket.end(), QUIET_MS);
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      quiet.refresh();
    });
    // Cut off in the middle of what was sent: what matters came before.
    socket.on('error', () => {});
    socket.once('close', () => finish(false));
    socket.once('end', () => socket.destroy());
    socket.write(Buffer.concat([...requests, LAST]));
  });
}
