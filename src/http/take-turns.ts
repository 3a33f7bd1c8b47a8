import type { Socket } from 'node:net';
import type { Response } from './send-reply.ts';

/** More requests than this that wait for one connection's turn: no client does that, save to fill memory. */
const MAX_WAITING = 256;

export interface Turns {
  /** Does `work` when the answers before it are over. */
  take(socket: Socket, response: Response, work: () => void): void;
  /** The answer that is under way on this connection. */
  current(socket: Socket): Response | undefined;
}

interface Line {
  current: Response | undefined;
  readonly waiting: { readonly response: Response; work(): void }[];
}

/**
 * Answers the requests of one HTTP/1.1 connection one at a time. Node hands over every request that a client pipelines,
 * and would have all their answers made, with their files and buffers, though only the first can be sent
 * (RFC 9112 §9.3.2 leaves it to the server). `onIdle` is told when no answer is under way any more.
 */
export function createTurns(onIdle: (socket: Socket) => void): Turns {
  const lines = new WeakMap<Socket, Line>();

  function goOn(socket: Socket, line: Line): void {
    const next = line.waiting.shift();
    line.current = next?.response;
    if (!next) onIdle(socket);
    // After the client has left, there is nobody to work for.
    else if (!socket.destroyed) next.work();
  }

  return {
    take(socket, response, work) {
      const line = lines.get(socket) ?? { current: undefined, waiting: [] };
      lines.set(socket, line);
      response.on('close', () => goOn(socket, line));
      if (!line.current) {
        line.current = response;
        work();
      } else if (line.waiting.length < MAX_WAITING) line.waiting.push({ response, work });
      else socket.destroy();
    },
    current: (socket) => lines.get(socket)?.current,
  };
}
