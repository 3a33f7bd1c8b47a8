import type { Socket } from 'node:net';
import type { Response } from './send-reply.ts';

/** More requests than this that wait for one connection's turn: no client does that, save to fill memory. */
const MAX_WAITING = 256;

/**
 * Answers the requests of one HTTP/1.1 connection one at a time. Node hands over every request that a client pipelines,
 * and would have all their answers made, with their files and buffers, though only the first can be sent
 * (RFC 9112 §9.3.2 leaves it to the server).
 */
export function createTurns(): (socket: Socket, response: Response, work: () => void) => void {
  const lines = new WeakMap<Socket, (() => void)[]>();
  return function takeTurn(socket, response, work) {
    response.once('close', () => {
      const next = lines.get(socket)?.shift();
      if (next) next();
      else lines.delete(socket);
    });
    const line = lines.get(socket);
    if (!line) {
      lines.set(socket, []);
      work();
    } else if (line.length < MAX_WAITING) {
      line.push(() => {
        // After the client has left, there is nobody to work for.
        if (!socket.destroyed) work();
      });
    } else socket.destroy();
  };
}
