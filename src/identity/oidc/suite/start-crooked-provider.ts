import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface CrookedProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The ID token that it gives next, for the claims that would be right. */
  make: (claims: JWTPayload, sign: (claims: JWTPayload) => Promise<string>) => Promise<string>;
  /** The public key, as it is published. */
  readonly jwk: object;
  /** What it says of itself, to be changed before it is asked. */
  readonly document: Record<string, unknown>;
}

/** A provider at http://127.0.0.1 that signs with a real key and says whatever a test lets it say. */
export async function startCrookedProvider(): Promise<CrookedProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const document: Record<string, unknown> = {};
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);
  let nonce = '';
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    response.setHeader('Content-Type', 'application/json');
    switch (url.pathname) {
      case '/auth': {
        nonce = url.searchParams.get('nonce') ?? '';
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({
          code: 'c',
          state: url.searchParams.get('state') ?? '',
        }).toString();
        return response.writeHead(302, { Location: back.href }).end();
      }
      case '/token': {
        const now = Math.floor(Date.now() / 1000);
        const claims = { iss: issuer, aud: 'lading', sub: '1', nonce, iat: now, exp: now + 60 };
        const token = await provider.make({ ...claims, preferred_username: 'alice' }, sign);
        return response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: token }));
      }
      case '/jwks':
        return response.end(JSON.stringify({ keys: [jwk] }));
      default:
        return response.end(JSON.stringify(document));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(document, {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    // Even a provider that says so gets no `none` and no shared secret past us.
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  });
  const provider: CrookedProvider = {
    issuer,
    jwk,
    document,
    make: (claims, signed) => signed(claims),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}
