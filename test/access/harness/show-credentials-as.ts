import assert from 'node:assert/strict';
import { type AccountsServer, type Answer, type Ask, basicOf } from '../../../src/testing/index.ts';

/** Who asks: a user or robot with the secret of an access token; undefined for anybody. */
export type Who = { readonly name: string; readonly secret: string } | undefined;

export type Flow = (server: AccountsServer, who: Who, line: string, options?: Ask) => Promise<Answer>;

/** Credentials with each request, as curl and simple scripts send them. */
const basic: Flow = (server, who, line, options = {}) => {
  const headers = who && { Authorization: basicOf(who.name, who.secret) };
  return server.raw(line, { ...options, headers: { ...options.headers, ...headers } });
};

/** As docker: first without anything, then with a token for what the challenge names. */
const token: Flow = async (server, who, line, options = {}) => {
  const refused = await server.raw(line, options);
  assert.equal(refused.status, 401, line);
  assert.equal(refused.count('www-authenticate'), 1);
  const got = await getToken(server, who, challengeOf(refused));
  if (got.status !== 200) return got;
  const { token: text } = got.json() as { token: string };
  return server.raw(line, { ...options, headers: { ...options.headers, Authorization: `Bearer ${text}` } });
};

export const flows: Readonly<Record<string, Flow>> = { basic, token };

function challengeOf(answer: Answer): Readonly<Record<string, string>> {
  const challenge = answer.header('www-authenticate') ?? '';
  assert.match(challenge, /^Bearer /);
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

export function getToken(
  server: AccountsServer,
  who: Who,
  { realm = '', service = '', scope = '' }: Readonly<Record<string, string>>,
): Promise<Answer> {
  const query = new URLSearchParams({ service });
  for (const one of scope.split(' ').filter(Boolean)) query.append('scope', one);
  const headers = who && { Authorization: basicOf(who.name, who.secret) };
  return server.raw(`GET ${new URL(realm || 'http://x/token').pathname}?${query}`, headers && { headers });
}
