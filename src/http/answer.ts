import { randomBytes } from 'node:crypto';
import { andThen, type Clock, type Logger, type NowOrLater, printable, whenReady } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import type { Call } from './call.ts';
import { type ClientAddress, peerAddress } from './client-address.ts';
import { errorReply } from './error-reply.ts';
import type { Admission, Guard } from './guard.ts';
import { originOf } from './origin-of.ts';
import { Problem } from './problem.ts';
import type { Reply } from './reply.ts';
import {
  contentLengthOf,
  countBytes,
  destroy,
  discardRest,
  goneSignal,
  headerOf,
  isGone,
  isHttp2,
  isUnread,
  pathOf,
  queryOf,
  type Request,
} from './request.ts';
import type { ErrorWords } from './route.ts';
import type { Router } from './router.ts';
import { ClientGone, type Response, sendReply } from './send-reply.ts';

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
  /** Undefined: who is connected. */
  readonly clientAddress?: ClientAddress;
  readonly onFinished: (record: RequestRecord) => void;
  readonly isDraining: () => boolean;
}

/** A body that nobody wanted and that is longer is not worth its bytes: the connection closes after the answer. */
const DISCARD_BYTES = 1024 * 1024;

/** Unlike those of any other process; a random one for each request would cost more than it tells. */
const processId = randomBytes(8).toString('hex');
let answered = 0;
const commonHeaders = [
  'Docker-Distribution-Api-Version',
  'registry/2.0',
  'X-Content-Type-Options',
  'nosniff',
] as const;
const ignore = () => {};

/**
 * Takes a request from its first line to the record of its end. Never throws or rejects. What needs no waiting is
 * answered before this returns.
 */
export function answer(request: Request, response: Response, options: AnswerOptions): NowOrLater<void> {
  const { clock, log } = options;
  const startedAt = clock.now();
  const requestId = `${processId}-${++answered}`;
  // Taken now: a socket that has closed does not know it any more.
  const remoteAddress = (options.clientAddress ?? peerAddress)(request);
  // A socket error is told through `close`; without a listener it would end the process.
  request.on('error', ignore);
  response.on('error', ignore);

  const method = request.method ?? 'GET';
  const path = pathOf(request.url ?? '/');
  const observed = {
    route: 'none',
    repository: undefined as string | undefined,
    actor: undefined as string | undefined,
  };
  let words: ErrorWords = 'registry';
  let gone: AbortSignal | undefined;
  const counted = { bytes: 0 };

  return whenReady(handle, send, (error) =>
    error instanceof ClientGone || isGone(request, response)
      ? cutShort(new ClientGone(), 499)
      : send(errorReply(error, { requestId, log, words })),
  );

  function send(reply: Reply): NowOrLater<void> {
    return whenReady(
      () => transmit(reply),
      (bytesOut) => finish(reply.status, bytesOut),
      (error) => cutShort(error, reply.status),
    );
  }

  /** Answers the number of body bytes that were sent. */
  function transmit(reply: Reply): NowOrLater<number> {
    // Node closes a connection that will not be reused as soon as the answer ends. Closed with bytes unread, it is
    // reset, and the answer is lost on clients that send all before they read (RFC 9112 §9.6). HTTP/2 resets no more
    // than the stream, and only after the answer.
    const lingers = !isHttp2(request) && isUnread(request);
    const beforeEnd = lingers ? () => discardRest(request) : undefined;
    const tooMuch = lingers && (contentLengthOf(request) ?? Number.POSITIVE_INFINITY) > DISCARD_BYTES;
    const sent = sendReply(reply, response, {
      head: method === 'HEAD',
      headers: [...commonHeaders, 'X-Request-Id', requestId],
      configured: options.headers,
      // HTTP/2 forbids the header (RFC 9113 §8.2.2) and ends streams one by one anyway.
      closes: !isHttp2(request) && (tooMuch || options.isDraining()),
      beforeEnd,
    });
    return andThen(sent, (bytesOut) =>
      !lingers && isUnread(request) ? discardRest(request).then(() => bytesOut) : bytesOut,
    );
  }

  function cutShort(error: unknown, status: number): void {
    if (!(error instanceof ClientGone)) log.error({ err: error, requestId }, 'answer was cut short');
    destroy(request);
    finish(status, 0, true);
  }

  function finish(status: number, bytesOut: number, aborted?: true): void {
    const userAgent = headerOf(request, 'user-agent');
    options.onFinished({
      requestId,
      method: printable(method),
      path: printable(path),
      route: observed.route,
      repository: observed.repository,
      actor: observed.actor,
      status,
      bytesIn: counted.bytes,
      bytesOut,
      durationMs: clock.now() - startedAt,
      remoteAddress,
      userAgent: userAgent === undefined ? undefined : printable(userAgent),
      aborted: aborted ?? false,
    });
  }

  function handle(): NowOrLater<Reply> {
    const local = path.startsWith(options.prefix) ? `/${path.slice(options.prefix.length)}` : undefined;
    const allow = method === 'OPTIONS' && local !== undefined ? options.router.methodsOf(local) : [];
    // What a browser asks before it lets a registry UI of another origin ask more. It carries no credentials (Fetch
    // standard, "CORS-preflight fetch"); the operator's `http.headers` say what is allowed.
    if (allow.length > 0) return { status: 204, headers: { Allow: allow.join(', ') } };
    // Programs of the API read one form of refusals, also of paths that it does not have.
    if (local?.startsWith('/api/')) words = 'api';
    const match = local === undefined ? undefined : options.router.match(method, local);
    if (!match) {
      if (words === 'api') {
        const text = 'There is nothing at this path. GET /api/v1/openapi.json says what there is.';
        throw new Problem('not-found', text, { status: 404 });
      }
      throw new OciError('UNSUPPORTED', 'There is nothing at this path. The registry API is below /v2/.', {
        status: 404,
      });
    }
    const { route, params } = match;
    observed.route = route.name;
    const surface = route.surface ?? 'registry';
    words = route.errorWords ?? surface;
    const access = route.access(params);
    // Only now that its name was parsed.
    observed.repository = params.name;
    const authorization = headerOf(request, 'authorization');
    const header = (name: string) => headerOf(request, name);
    const origin = () => options.externalUrl ?? originOf(request);
    if (access === 'public') return handleFor({ actor: undefined, may: async () => false });
    const admission = options.guard.admit({
      access,
      authorization,
      surface,
      method,
      remoteAddress,
      requestId,
      header,
      get query() {
        return new URLSearchParams(queryOf(request.url ?? ''));
      },
      origin,
    });
    return andThen(admission, handleFor);

    function handleFor(admission: Admission): NowOrLater<Reply> {
      observed.actor = admission.actor?.name;
      let query: URLSearchParams | undefined;
      let body: AsyncIterable<Uint8Array> | undefined;
      const call: Call = {
        method,
        remoteAddress,
        header,
        origin,
        params,
        requestId,
        actor: admission.actor,
        get query() {
          query ??= new URLSearchParams(queryOf(request.url ?? ''));
          return query;
        },
        get body() {
          body ??= countBytes(request, counted);
          return body;
        },
        contentLength: contentLengthOf(request),
        get signal() {
          gone ??= goneSignal(request, response);
          return gone;
        },
        may: admission.may,
        url: (target) => (options.externalUrl ?? '') + options.prefix.slice(0, -1) + target,
        path: (target) => options.prefix.slice(0, -1) + target,
      };
      return route.handle(call);
    }
  }
}
