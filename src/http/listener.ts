import { createServer, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { isHttp2, type Request } from './request.ts';
import type { Response } from './send-reply.ts';
import { createTurns } from './take-turns.ts';
import { refuseClients } from './tls-client-auth.ts';
import type { LoadedTls } from './tls-context.ts';

/** One proxy or client may send long tokens and long `_state` queries: 64 KiB, above which Node answers 431. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Headers must arrive within this: bounds what a client that dribbles its headers can hold (slow-loris). */
const HEADERS_TIMEOUT_MS = 60_000;
/** Longer than any client keeps a connection: a body that streams cannot be sent again after ECONNRESET. */
const KEEP_ALIVE_MS = 125_000;
/** More are closed at once. Each may hold a socket and an open blob: far below what a process may have open. */
const MAX_CONNECTIONS = 16_384;
/** A connection in the middle of a request on which no byte moves in either direction is dead. */
const IDLE_MS = 15 * 60_000;

export interface ListenerOptions {
  /** Empty: every address of the machine. */
  readonly host: string;
  readonly port: number;
  readonly tls?: LoadedTls;
  readonly http2: boolean;
  onRequest(request: Request, response: Response): void;
}

export interface Listener {
  readonly address: AddressInfo;
  /** Uses another certificate for connections made from now on. */
  setCertificate(context: SecureContextOptions): void;
  /** Stops accepting, lets requests in flight end for at most `drainTimeoutMs`, then cuts them. */
  close(drainTimeoutMs: number): Promise<void>;
}

/** Listens for HTTP/1.1, or with `tls` for HTTP/2 and HTTP/1.1. Throws what the operating system says. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  let closing = false;
  // An answer that had begun before closing could not say that its connection will not be kept.
  const turns = createTurns((socket) => closing && socket.destroySoon());
  const server = createServerFor(options, (request, response) => {
    if (isHttp2(request)) options.onRequest(request, response);
    else turns.take(request.socket, response, () => options.onRequest(request, response));
  });
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // Such a session is closed by Node; without a listener its error would end the process.
    session.on('error', () => {});
  });
  if (options.tls?.clientAuth) refuseClients(server, options.tls.clientAuth.acceptsClient);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // An answer is under way: a second one would be taken for a part of its body.
    if (turns.current(socket)?.headersSent) socket.destroy();
    else answerBrokenRequest(error, socket);
  });
  server.setTimeout(IDLE_MS);
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...(options.host && { host: options.host }), port: options.port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    address: server.address() as AddressInfo,
    setCertificate(context) {
      if ('setSecureContext' in server) server.setSecureContext(context);
    },
    close(drainTimeoutMs) {
      closing = true;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, drainTimeoutMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        if ('closeIdleConnections' in server) server.closeIdleConnections();
        for (const session of sessions) session.close();
      });
    },
  };
}

function createServerFor(
  options: ListenerOptions,
  onRequest: ListenerOptions['onRequest'],
): Server | HttpsServer | Http2SecureServer {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    // A layer may take hours on a slow line: the whole request has no limit, its idle time has.
    requestTimeout: 0,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  if (!options.tls) return createServer(limits, onRequest);
  const { context, clientAuth } = options.tls;
  const tls = {
    ...context,
    requestCert: clientAuth?.requestCert ?? false,
    rejectUnauthorized: clientAuth?.rejectUnauthorized ?? false,
  };
  if (!options.http2) return createHttpsServer({ ...limits, ...tls }, onRequest);
  const server = createSecureServer(
    {
      ...tls,
      allowHTTP1: true,
      maxSessionMemory: 64,
      settings: {
        maxConcurrentStreams: 256,
        initialWindowSize: 1024 * 1024,
        maxHeaderListSize: MAX_HEADER_BYTES,
      },
      http1Options: limits as object,
    },
    onRequest,
  );
  return Object.assign(server, limits);
}

/** Answers what the HTTP parser refused, in the protocol's own form, and closes. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = brokenRequestStatus(error.code);
  const body = `${JSON.stringify({ errors: [{ code: 'UNSUPPORTED', message }] })}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function brokenRequestStatus(code: string | undefined): [string, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [
        '431 Request Header Fields Too Large',
        `Request line and headers must fit into ${MAX_HEADER_BYTES} bytes.`,
      ];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', `Headers must arrive within ${HEADERS_TIMEOUT_MS / 1000} seconds.`];
    default:
      return ['400 Bad Request', 'This is not an HTTP request that can be understood.'];
  }
}
