import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { type Clock, type Logger, printable } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import type { Call } from './call.ts';
import { errorReply } from './error-reply.ts';
import type { Guard, Surface } from './guard.ts';
import { originOf } from './origin-of.ts';
import type { Reply } from './reply.ts';
import type { Router } from './router.ts';
import { ClientGone, type Response, sendReply } from './send-reply.ts';

export type Request = IncomingMessage | Http2ServerRequest;

/** What is known of a request when it is over, for the log and the metrics. Never holds a credential. */
export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** Path without query: queries may hold signatures one day. */
  readonly path: string;
  /** The route's name, or `none`. */
  readonly route: string;
  readonly repository: string | undefined;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  readonly remoteAddress: string;
  readonly actor: string | undefined;
  readonly userAgent: string | undefined;
  /** Set when the client left before it had everything. */
  readonly aborted: boolean;
}

export interface AnswerOptions {
  readonly router: Router;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly log: Logger;
  /** Headers for every answer (configuration `http.headers`). */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** `http.prefix`: starts and ends with `/`. */
  readonly prefix: string;
  /** `http.host`: when set, `Location` is absolute below it. Otherwise it is a path, which no proxy can break. */
  readonly externalUrl: string | undefined;
  readonly onFinished: (record: RequestRecord) => void;
  readonly isDraining: () => boolean;
}

/** A body that nobody wanted and that is longer is not worth its bytes: the connection closes after the answer. */
const DISCARD_BYTES = 1024 * 1024;
/** How long the rest of such a body is read and thrown away, so that the client sees the answer and not a reset. */
const DISCARD_MS = 5_000;

/** Takes a request from its first line to the record of its end. Never rejects. */
export async function answer(request: Request, response: Response, options: AnswerOptions): Promise<void> {
  const { clock, log } = options;
  const startedAt = clock.now();
  const requestId = randomUUID();
  // Taken now: a socket that has closed does not know it any more.
  const remoteAddress = request.socket?.remoteAddress ?? '';
  let isGone = false;
  // Made when it is asked for: few handlers wait for something that a client's leaving should end.
  let gone: AbortController | undefined;
  response.once('close', () => {
    if (response.writableFinished) return;
    isGone = true;
    gone?.abort(new ClientGone());
  });
  // A socket error is told through `close`; without a listener it would end the process.
  request.on('error', () => {});
  response.on('error', () => {});

  const method = request.method ?? 'GET';
  const path = pathOf(request.url ?? '/');
  const observed = {
    route: 'none',
    repository: undefined as string | undefined,
    actor: undefined as string | undefined,
  };
  let surface: Surface = 'registry';
  const counted = { bytes: 0 };
  let bytesOut = 0;
  let aborted = false;

  const reply = await handle().catch((error: unknown): Reply | undefined => {
    if (error instanceof ClientGone || isGone) return undefined;
    return errorReply(error, { requestId, log, surface });
  });
  try {
    if (!reply) throw new ClientGone();
    setCommonHeaders();
    // Node closes a connection that will not be reused as soon as the answer ends. Closed with bytes unread, it is
    // reset, and the answer is lost on clients that send all before they read (RFC 9112 §9.6). HTTP/2 resets no more
    // than the stream, and only after the answer.
    const lingers = request.httpVersionMajor < 2 && isUnread(request);
    const beforeEnd = () => discardRest(request);
    bytesOut = await sendReply(reply, response, { head: method === 'HEAD', ...(lingers && { beforeEnd }) });
    if (!lingers) await discardRest(request);
  } catch (error) {
    aborted = true;
    if (!(error instanceof ClientGone)) log.error({ err: error, requestId }, 'answer was cut short');
    destroy(request);
  }
  const userAgent = headerOf(request, 'user-agent');
  options.onFinished({
    requestId,
    method: printable(method),
    path: printable(path),
    ...observed,
    status: reply?.status ?? 499,
    bytesIn: counted.bytes,
    bytesOut,
    durationMs: clock.now() - startedAt,
    remoteAddress,
    userAgent: userAgent === undefined ? undefined : printable(userAgent),
    aborted,
  });

  async function handle(): Promise<Reply> {
    const local = path.startsWith(options.prefix) ? `/${path.slice(options.prefix.length)}` : undefined;
    const allow = method === 'OPTIONS' && local !== undefined ? options.router.methodsOf(local) : [];
    // What a browser asks before it lets a registry UI of another origin ask more. It carries no credentials (Fetch
    // standard, "CORS-preflight fetch"); the operator's `http.headers` say what is allowed.
    if (allow.length > 0) return { status: 204, headers: { Allow: allow.join(', ') } };
    const match = local === undefined ? undefined : options.router.match(method, local);
    if (!match) {
      throw new OciError('UNSUPPORTED', 'There is nothing at this path. The registry API is below /v2/.', {
        status: 404,
      });
    }
    const { route, params } = match;
    observed.route = route.name;
    surface = route.surface ?? 'registry';
    const access = route.access(params);
    // Only now that its name was parsed.
    observed.repository = params.name;
    const authorization = headerOf(request, 'authorization');
    const asked = {
      method,
      remoteAddress,
      header: (name: string) => headerOf(request, name),
      origin: () => options.externalUrl ?? originOf(request),
    };
    const admission =
      access === 'public'
        ? { actor: undefined, may: async () => false }
        : await options.guard.admit({ ...asked, authorization, access, surface });
    observed.actor = admission.actor?.name;
    const call: Call = {
      ...asked,
      params,
      requestId,
      actor: admission.actor,
      query: new URLSearchParams(queryOf(request.url ?? '')),
      body: countBytes(request, counted),
      contentLength: contentLengthOf(request),
      get signal() {
        gone ??= new AbortController();
        if (isGone) gone.abort(new ClientGone());
        return gone.signal;
      },
      may: admission.may,
      url: (target) => (options.externalUrl ?? '') + options.prefix.slice(0, -1) + target,
      path: (target) => options.prefix.slice(0, -1) + target,
    };
    return route.handle(call);
  }

  function setCommonHeaders(): void {
    response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Request-Id', requestId);
    for (const [name, values] of Object.entries(options.headers)) response.setHeader(name, [...values]);
    const tooMuch =
      isUnread(request) && (contentLengthOf(request) ?? Number.POSITIVE_INFINITY) > DISCARD_BYTES;
    // HTTP/2 forbids the header (RFC 9113 §8.2.2) and ends streams one by one anyway.
    if (request.httpVersionMajor < 2 && (tooMuch || options.isDraining()))
      response.setHeader('Connection', 'close');
  }
}

/** The path of a request target in origin form, or in the absolute form that proxies send (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const rest = target.slice(origin.length);
  const end = rest.search(/[?#]/);
  return (end < 0 ? rest : rest.slice(0, end)) || '/';
}

function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

/** Repeated headers come joined by a comma, as RFC 9110 §5.3 allows. */
function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

function contentLengthOf(request: Request): number | undefined {
  const declared = request.headers['content-length'];
  if (declared !== undefined) return Number(declared);
  return hasBody(request) ? undefined : 0;
}

function hasBody(request: Request): boolean {
  if (request.httpVersionMajor >= 2) return !(request as Http2ServerRequest).stream.endAfterHeaders;
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

async function* countBytes(request: Request, counted: { bytes: number }): AsyncIterable<Uint8Array> {
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

function isUnread(request: Request): boolean {
  return !request.readableEnded && !request.destroyed && hasBody(request);
}

async function discardRest(request: Request): Promise<void> {
  if (!isUnread(request)) return;
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
function destroy(request: Request): void {
  if (request.httpVersionMajor >= 2) (request as Http2ServerRequest).stream.destroy();
  else request.socket?.destroy();
}
