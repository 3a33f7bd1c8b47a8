import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Browser } from './browser.ts';

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** What it says of whom; a change counts at the next sign-in. */
  readonly people: Map<string, Record<string, unknown>>;
  /** Signs in at `authorizationUrl` as a person does, and answers where the provider sends the browser back to. */
  signIn(browser: Browser, authorizationUrl: string, person: string): Promise<string>;
}

/** A real OpenID provider (the package oidc-provider) at http://127.0.0.1, which takes any password. */
export async function startProvider(options: { redirectUri: () => string }): Promise<TestProvider> {
  const people = new Map<string, Record<string, unknown>>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let handler: ((...args: Parameters<ReturnType<Provider['callback']>>) => void) | undefined;
  // Its redirect URI is known once the registry listens, which must know the issuer: made at the first request.
  server.on('request', (request, response) => {
    handler ??= makeProvider().callback();
    handler(request, response);
  });

  function makeProvider(): Provider {
    return new Provider(issuer, {
      clients: [
        {
          client_id: 'lading',
          client_secret: 'a secret of the client, long enough',
          redirect_uris: [options.redirectUri()],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      claims: {
        openid: ['sub'],
        profile: ['preferred_username', 'name', 'groups'],
        email: ['email', 'email_verified'],
      },
      cookies: { keys: ['a key for tests'] },
      async findAccount(_context, sub) {
        const claims = people.get(sub);
        return claims && { accountId: sub, claims: async () => ({ sub, ...claims }) };
      },
    });
  }

  return {
    issuer,
    people,
    async signIn(browser, authorizationUrl, person) {
      let url = authorizationUrl;
      for (let step = 0; step < 12; step += 1) {
        const answer = await browser.go(url);
        const location = answer.header('location');
        if (location !== undefined) {
          url = new URL(location, url).href;
          if (!url.startsWith(issuer)) return url;
          continue;
        }
        const prompt = /name="prompt" value="(\w+)"/.exec(answer.body.toString())?.[1];
        const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(answer.body.toString()) ?? [];
        if (prompt === undefined) throw new Error(`${url} answered ${answer.status}: ${answer.body}`);
        const sent = await browser.go(new URL(action, url).href, { prompt, login: person, password: 'any' });
        url = new URL(sent.header('location') ?? '', url).href;
      }
      throw new Error('The provider goes round in circles.');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
