import { isIPv6 } from 'node:net';
import type { Call } from '../../http/index.ts';

/** Whose bucket a request is taken from: the account's wherever it asks from, else the address's. */
export function limitKey({ actor, remoteAddress }: Pick<Call, 'actor' | 'remoteAddress'>): string {
  return actor ? `${actor.kind}:${actor.name}` : `address:${networkOf(remoteAddress)}`;
}

/** IPv6 by its /64: that is what one subscriber has, all of it. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(gap).fill('0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
