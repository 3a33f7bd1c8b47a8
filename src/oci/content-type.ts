/**
 * The media type of a `Content-Type` header without its parameters (distribution-spec: a registry should ignore
 * them on push). Otherwise byte for byte as sent, because it is compared with, and answered as, exactly that.
 */
export function parseContentType(header: string): string {
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim();
}
