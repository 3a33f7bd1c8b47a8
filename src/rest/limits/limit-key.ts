import { type Call, networkOf } from '../../http/index.ts';

/** Whose bucket a request is taken from: the account's wherever it asks from, else the address's. */
export function limitKey({ actor, remoteAddress }: Pick<Call, 'actor' | 'remoteAddress'>): string {
  return actor ? `${actor.kind}:${actor.name}` : `address:${networkOf(remoteAddress)}`;
}
