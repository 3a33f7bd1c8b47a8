import { BlockList, isIP } from 'node:net';
import type { Request } from './request.ts';

/** Who asks: the address that counts for logs, limits and throttles. */
export type ClientAddress = (request: Request) => string;

/** Bounds the work for one request: no chain of proxies is longer, and what comes before is anybody's word. */
const MAX_HOPS = 32;

/**
 * Of a request that a trusted proxy passes on, the last address before the trusted ones: from `X-Forwarded-For`, or
 * `Forwarded` (RFC 7239) where there is no such header. All others could write there what they like, and are who they
 * are. `trusted`: addresses and networks, `10.0.0.0/8`, `::1`; throws `TypeError` on anything else.
 */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
  if (trusted.length === 0) return peerAddress;
  const proxies = new BlockList();
  for (const text of trusted) {
    const [address = '', length] = text.split('/', 2);
    const family = familyOf(address);
    if (length === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(length), family);
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && proxies.check(address, familyOf(address));

  return (request) => {
    let client = peerAddress(request);
    if (!isTrusted(plain(client))) return client;
    const { 'x-forwarded-for': list, forwarded } = request.headers;
    const hops = list === undefined ? forwardedFor(textOf(forwarded)) : textOf(list).split(',');
    for (const hop of hops.slice(-MAX_HOPS).reverse()) {
      const address = plain(hop.trim());
      // A proxy that hides it (`unknown`, `_hidden`) or something forged: what is known ends here.
      if (isIP(address) === 0) return client;
      client = address;
      if (!isTrusted(address)) return client;
    }
    return client;
  };
}

/** IPv4 as people write it, also where the server listens on every address and the socket says `::ffff:192.0.2.1`. */
export const peerAddress: ClientAddress = ({ socket }) => {
  const address = socket?.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? plain(address) : address;
};

/** Whether it can be given to `createClientAddress`. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Without port, brackets and zone; IPv4 as such. */
function plain(text: string): string {
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Hop by hop, the `for` of each; one that a proxy left out stands as the empty text. */
function forwardedFor(header: string): string[] {
  if (header === '') return [];
  return header.split(',').map((hop) => /(?:^|;)\s*for="?([^";,]*)"?/i.exec(hop)?.[1] ?? '');
}

function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '');
}
