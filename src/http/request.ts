import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { ClientGone, type Response } from './send-reply.ts';

export type Request = IncomingMessage | Http2ServerRequest;

/** How long the rest of a body that nobody wanted is read on, so that the client sees the answer and not a reset. */
const DISCARD_MS = 5_000;

/** The path of a request target in origin form, or in the absolute form that proxies send (RFC 9112 §3.2.2). */
export function pathOf(target: string): string {
  // The absolute form is rare.
  const origin = target.startsWith('/') ? '' : (/^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? '');
  const rest = target.slice(origin.length);
  const end = rest.search(/[?#]/);
  return (end < 0 ? rest : rest.slice(0, end)) || '/';
}

export function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

/** Repeated headers come joined by a comma, as RFC 9110 §5.3 allows. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function contentLengthOf(request: Request): number | undefined {
  const declared = request.headers['content-length'];
  if (declared !== undefined) return Number(declared);
  return hasBody(request) ? undefined : 0;
}

/** By what it is: `HTTP/2.0` in the first line of a request over HTTP/1.1 is only what the client says. */
export function isHttp2(request: Request): request is Http2ServerRequest {
  return 'stream' in request;
}

function hasBody(request: Request): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders;
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

export async function* countBytes(request: Request, counted: { bytes: number }): AsyncIterable<Uint8Array> {
  // Leaving the loop early must not destroy the socket: an error reply is still to be sent on it.
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      counted.bytes += (chunk as Uint8Array).byteLength;
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    // All that reading a request can fail with is that the rest does not come any more.
    throw new ClientGone({ cause });
  }
}

/** Whether the client left before it had everything. */
export function isGone(request: Request, response: Response): boolean {
  const { destroyed } = isHttp2(request) ? request.stream : response;
  return destroyed && !response.writableFinished;
}

/** Aborted when the client leaves. */
export function goneSignal(request: Request, response: Response): AbortSignal {
  const gone = new AbortController();
  const look = () => isGone(request, response) && gone.abort(new ClientGone());
  response.once('close', look);
  look();
  return gone.signal;
}

export function isUnread(request: Request): boolean {
  return !request.readableEnded && !request.destroyed && hasBody(request);
}

export async function discardRest(request: Request): Promise<void> {
  const timer = setTimeout(() => destroy(request), DISCARD_MS);
  try {
    for await (const _ of request.iterator({ destroyOnReturn: false }));
  } catch {
    // The client is gone, which is what we wait for.
  } finally {
    clearTimeout(timer);
  }
}

/** Over HTTP/2 one stream ends, over HTTP/1.1 the connection. */
export function destroy(request: Request): void {
  if (isHttp2(request)) request.stream.destroy();
  else request.socket?.destroy();
}
