import { z } from 'zod';
import type { Call, RouteRecord } from '../../http/index.ts';
import { MAX_PUBLIC_BYTES, problem, readJson } from '../../rest/index.ts';
import type { ApiLogins } from '../api-logins.ts';
import { hubRoutes } from './hub-route.ts';

const word = z.string().min(1).max(1024);
const older = z.object({ username: word, password: word });
const newer = z.object({ identifier: word, secret: word });

/**
 * How tools log in to Docker Hub. The token is a new one that lives for minutes and ends with what was shown for it; a
 * password or an access token is never handed back.
 */
export function hubLoginRoutes(logins: ApiLogins): RouteRecord[] {
  const access = () => 'public' as const;
  return [
    ...hubRoutes({
      name: 'docker-hub.login',
      method: 'POST',
      paths: ['/v2/users/login'],
      access,
      async handle(call) {
        const { username, password } = await readBody(call, older);
        return { token: await logIn(call, username, password) };
      },
    }),
    ...hubRoutes({
      name: 'docker-hub.token',
      method: 'POST',
      paths: ['/v2/auth/token'],
      access,
      async handle(call) {
        const { identifier, secret } = await readBody(call, newer);
        return { access_token: await logIn(call, identifier, secret) };
      },
    }),
  ];

  async function logIn(call: Call, user: string, password: string): Promise<string> {
    const token = await logins.logIn({ user, password, remoteAddress: call.remoteAddress });
    if (token !== undefined) return token;
    throw problem(
      'unauthorized',
      'Incorrect authentication credentials. With a second factor, use an access token as the password.',
    );
  }
}

async function readBody<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await readJson(call, MAX_PUBLIC_BYTES));
  if (parsed.success) return parsed.data;
  throw problem('invalid-request', 'Send JSON with the name and the password or access token.');
}
