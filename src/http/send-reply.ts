import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { type BodySink, isStreamed, type Reply } from './reply.ts';

export type Response = ServerResponse | Http2ServerResponse;

/** Thrown into body writers when the client has left. Nobody is left to tell, so it is never rendered. */
export class ClientGone extends Error {
  constructor(options?: ErrorOptions) {
    super('The client closed the connection.', options);
    this.name = 'ClientGone';
  }
}

/**
 * Writes a reply with back-pressure and returns the number of body bytes that were handed to the socket.
 * A streamed body that fails half-way closes the connection: with a status already sent, a cut is the only honest
 * way to say that the bytes are not all there. `beforeEnd` runs when the client has been sent everything.
 */
export async function sendReply(
  reply: Reply,
  response: Response,
  options: { head: boolean; beforeEnd?: () => Promise<void> },
): Promise<number> {
  const { status, headers = {}, body } = reply;
  try {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string | string[]);
    response.statusCode = status;
    if (isStreamed(body)) {
      if (body.lengthBytes !== undefined) response.setHeader('Content-Length', String(body.lengthBytes));
    } else if (status !== 204 && status !== 304) {
      // RFC 9110 §8.6: no Content-Length on 204; on 304 it would have to be that of the 200.
      response.setHeader('Content-Length', String(body?.byteLength ?? 0));
    }
    if (options.head || body === undefined) {
      await end();
      return 0;
    }
    if (!isStreamed(body)) {
      await end(body);
      return body.byteLength;
    }
    const sink = countingSink(response);
    await body.writeTo(sink);
    await end();
    return sink.bytes();
  } finally {
    if (isStreamed(body)) await body.dispose();
  }

  async function end(last?: Uint8Array): Promise<void> {
    // The two classes have these in common, but not in their types.
    const { beforeEnd } = options;
    const writable = response as ServerResponse;
    if (!beforeEnd) {
      writable.end(last);
      return;
    }
    if (last) writable.write(last);
    else writable.flushHeaders();
    await beforeEnd();
    writable.end();
  }
}

function countingSink(response: Response): BodySink & { bytes(): number } {
  let bytes = 0;
  return {
    bytes: () => bytes,
    write(chunk) {
      return new Promise((resolve, reject) => {
        // After the client has left, a write's callback may never come: only `close` is sure to.
        if (response.destroyed || response.writableEnded) return reject(new ClientGone());
        const onClose = () => reject(new ClientGone());
        response.once('close', onClose);
        const onWritten = (error?: Error | null) => {
          response.off('close', onClose);
          if (error) return reject(new ClientGone());
          bytes += chunk.byteLength;
          resolve();
        };
        (response as ServerResponse).write(chunk, onWritten);
      });
    },
  };
}
