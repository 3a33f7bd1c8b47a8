import type { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';

/**
 * registry:3's words for what is asked of clients:
 * - `request-client-cert`: asked for, taken as it is
 * - `require-any-client-cert`: must be sent, by whomever it is signed
 * - `verify-client-cert-if-given`: may be left out, must be right if sent
 * - `require-and-verify-client-cert`: must be sent and right
 */
export type ClientAuth =
  | 'request-client-cert'
  | 'require-any-client-cert'
  | 'verify-client-cert-if-given'
  | 'require-and-verify-client-cert';

export interface ClientAuthOptions {
  /** As Node's TLS servers take them. */
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  /** Whether a connection with this certificate, or without any, may go on. Asked before any request is read. */
  acceptsClient(socket: TLSSocket): boolean;
}

/** Node can express the first and the last mode; the two between are decided after its handshake. */
export function clientAuthOptions(mode: ClientAuth): ClientAuthOptions {
  switch (mode) {
    case 'request-client-cert':
      return { requestCert: true, rejectUnauthorized: false, acceptsClient: () => true };
    case 'require-any-client-cert':
      return { requestCert: true, rejectUnauthorized: false, acceptsClient: sentCertificate };
    case 'verify-client-cert-if-given':
      return {
        requestCert: true,
        rejectUnauthorized: false,
        acceptsClient: (socket) => socket.authorized || !sentCertificate(socket),
      };
    case 'require-and-verify-client-cert':
      return { requestCert: true, rejectUnauthorized: true, acceptsClient: (socket) => socket.authorized };
  }
}

/**
 * Cuts connections that `acceptsClient` says no to before anything of HTTP sees them. One more listener would not do:
 * with TLS 1.3 a request can be read together with the end of the handshake, and Node would still hand it out after
 * the socket was destroyed. So the listeners of HTTP, which must be there already, are called by this one alone.
 */
export function refuseClients(server: EventEmitter, acceptsClient: ClientAuthOptions['acceptsClient']): void {
  const speakHttp = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (acceptsClient(socket)) for (const listener of speakHttp) listener.call(server, socket);
    else socket.destroy();
  });
}

function sentCertificate(socket: TLSSocket): boolean {
  return socket.getPeerX509Certificate() !== undefined;
}
