import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

/**
 * Scheme and host as the client addressed this server: for the realm of a token challenge, which must be absolute.
 * A proxy's `X-Forwarded-Proto` and `X-Forwarded-Host` are believed here and nowhere else: whoever forges them misleads
 * nobody but himself.
 */
export function originOf(request: IncomingMessage | Http2ServerRequest): string {
  const isTls = 'encrypted' in (request.socket ?? {});
  const scheme = firstOf(request.headers['x-forwarded-proto']) ?? (isTls ? 'https' : 'http');
  const authority = request.headers[':authority'] ?? request.headers.host;
  const host = firstOf(request.headers['x-forwarded-host']) ?? firstOf(authority) ?? 'localhost';
  // What is no host must not get into a header or a link.
  if (!/^[A-Za-z0-9.[\]:_-]{1,255}$/.test(host)) return 'http://localhost';
  return `${scheme === 'https' ? 'https' : 'http'}://${host}`;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  return value?.split(',')[0]?.trim() || undefined;
}
