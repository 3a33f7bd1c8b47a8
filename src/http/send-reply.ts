import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { andThen, type NowOrLater } from '../kernel/index.ts';
import { type BodySink, isStreamed, type Reply, type StreamedBody } from './reply.ts';

export type Response = ServerResponse | Http2ServerResponse;

/** Thrown into body writers when the client has left. Nobody is left to tell, so it is never rendered. */
export class ClientGone extends Error {
  constructor(options?: ErrorOptions) {
    super('The client closed the connection.', options);
    this.name = 'ClientGone';
  }
}

export interface SendOptions {
  readonly head: boolean;
  /** For every answer; names and values in turn. */
  readonly headers: readonly string[];
  /** The operator's. They replace those of `headers`, and the reply's replace them. */
  readonly configured: Readonly<Record<string, readonly string[]>>;
  /** Tells an HTTP/1.1 client that its connection will not be kept. */
  readonly closes: boolean;
  /** Runs when the client has been sent everything. */
  readonly beforeEnd: (() => Promise<void>) | undefined;
}

/**
 * Writes a reply with back-pressure and answers the number of body bytes that were handed to the socket.
 * A streamed body that fails half-way closes the connection: with a status already sent, a cut is the only honest
 * way to say that the bytes are not all there.
 */
export function sendReply(reply: Reply, response: Response, options: SendOptions): NowOrLater<number> {
  const { body } = reply;
  if (isStreamed(body)) return sendStreamed(reply, body, { ...options, response });
  writeHead(reply, response, options);
  const last = options.head || !(body instanceof Uint8Array) ? undefined : body;
  return andThen(end(response, options, last), () => last?.byteLength ?? 0);
}

async function sendStreamed(
  reply: Reply,
  body: StreamedBody,
  options: SendOptions & { response: Response },
): Promise<number> {
  const { response } = options;
  try {
    writeHead(reply, response, options);
    const sink = countingSink(response);
    if (!options.head) await body.writeTo(sink);
    await end(response, options);
    return sink.bytes();
  } finally {
    await body.dispose();
  }
}

/** In one call: setting headers one by one costs twice. */
function writeHead(reply: Reply, response: Response, options: SendOptions): void {
  // The two classes have this in common, but not in their types.
  (response as ServerResponse).writeHead(reply.status, headersOf(reply, options) as string[]);
}

function end(response: Response, { beforeEnd }: SendOptions, last?: Uint8Array): NowOrLater<void> {
  const writable = response as ServerResponse;
  if (!beforeEnd) {
    writable.end(last);
    return;
  }
  if (last) writable.write(last);
  else writable.flushHeaders();
  return beforeEnd().then(() => void writable.end());
}

/** Names and values in turn, which Node takes as they are. */
function headersOf(reply: Reply, options: SendOptions): (string | readonly string[])[] {
  const { status, body } = reply;
  const own = options.closes ? { ...reply.headers, Connection: 'close' } : (reply.headers ?? {});
  const all: (string | readonly string[])[] = [...options.headers];
  for (const [name, values] of Object.entries(options.configured)) {
    const isSame = (other: unknown) => String(other).toLowerCase() === name.toLowerCase();
    if (Object.keys(own).some(isSame)) continue;
    const replaced = all.findIndex((other, index) => index % 2 === 0 && isSame(other));
    if (replaced >= 0) all.splice(replaced, 2);
    all.push(name, values);
  }
  for (const name in own) all.push(name, own[name] ?? '');
  if (body && 'lengthBytes' in body) {
    if (body.lengthBytes !== undefined) all.push('Content-Length', String(body.lengthBytes));
  } else if (status !== 204 && status !== 304) {
    // RFC 9110 §8.6: no Content-Length on 204; on 304 it would have to be that of the 200.
    all.push('Content-Length', String(body?.byteLength ?? 0));
  }
  return all;
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
