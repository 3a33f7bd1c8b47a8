import { lookup as lookupDns } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './is-public-address.ts';
import { OidcError } from './oidc-error.ts';

/** Of the whole exchange, so that nobody holds a login up byte by byte. */
const TIMEOUT_MS = 5_000;
/** Documents and keys are some kilobytes. */
const MAX_BYTES = 512 * 1024;

export interface FetchRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** Answers with what is there, a redirect included. Throws `OidcError`. */
export type GuardedFetch = (url: string, request?: FetchRequest) => Promise<Response>;

export interface Reach {
  /** Whether addresses that are not of the internet may be reached. */
  readonly allowsPrivate: boolean;
  /** Whether http without TLS may be spoken with this machine itself, and with nobody else. */
  readonly allowsPlainLoopback: boolean;
}

/**
 * Fetches what a provider of identities says. Where to is the word of others (of an organisation's owner, of a document),
 * so it must not become a way into the network that this server is in: https alone, no redirect is followed, and the
 * address that a name leads to is checked where the connection is made, so that a name which leads elsewhere a moment
 * later (DNS rebinding) changes nothing.
 */
export function createGuardedFetch(
  reach: Reach,
  options: { readonly lookup?: LookupFunction; readonly timeoutMs?: number } = {},
): GuardedFetch {
  const { lookup = lookupDns as LookupFunction, timeoutMs = TIMEOUT_MS } = options;
  return async (text, { method = 'GET', headers = {}, body } = {}) => {
    const url = parseTarget(text, reach);
    const signal = AbortSignal.timeout(timeoutMs);
    const isPlain = url.protocol === 'http:';
    const mayConnect = (address: string) =>
      isPlain ? isLoopbackAddress(address) : reach.allowsPrivate || isPublicAddress(address);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // No name, no look-up: nobody else would check it.
    if (isIP(literal) !== 0 && !mayConnect(literal)) throw refused(url, literal);

    const request = (isPlain ? requestHttp : requestHttps)(url, {
      method,
      headers: { ...headers, 'Accept-Encoding': 'identity' },
      // A connection of its own: one that is kept was made for somebody else's reach.
      agent: false,
      signal,
      lookup: checkedLookup(lookup, (address) => (mayConnect(address) ? undefined : refused(url, address))),
    });
    try {
      const response = await answerOf(request, body);
      return new Response(await readBounded(response), {
        status: response.statusCode ?? 502,
        headers: headersOf(response),
      });
    } catch (error) {
      if (error instanceof OidcError) throw error;
      throw new OidcError('unreachable', `${url.origin} did not answer as it should.`, { cause: error });
    } finally {
      request.destroy();
    }
  };
}

/** Throws `OidcError` address-refused. */
function parseTarget(text: string, { allowsPlainLoopback }: Reach): URL {
  const url = URL.parse(text);
  const isFine = url?.protocol === 'https:' || (allowsPlainLoopback && url?.protocol === 'http:');
  if (url && isFine && url.username === '' && url.password === '') return url;
  throw new OidcError(
    'address-refused',
    `${url?.origin ?? 'What is no URL'} is not asked: it must be https.`,
  );
}

function refused(url: URL, address: string): OidcError {
  return new OidcError(
    'address-refused',
    `${url.origin} is not asked: ${address} is not an address of the internet. An administrator can allow the issuer in auth.accounts.oidc.privateissuers.`,
  );
}

/** All addresses of a name must be allowed, whichever of them is tried first. */
function checkedLookup(
  lookup: LookupFunction,
  check: (address: string) => OidcError | undefined,
): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = Array.isArray(found) ? found : [];
      for (const { address } of addresses) {
        const refusal = check(address);
        if (refusal) return callback(refusal, []);
      }
      const [first] = addresses;
      if (!first) return callback(new OidcError('unreachable', `${hostname} has no address.`), []);
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
}

function answerOf(request: ClientRequest, body: FetchRequest['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
}

async function readBounded(response: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > MAX_BYTES)
      throw new OidcError('unreachable', `The answer is longer than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return length === 0 ? null : new Uint8Array(Buffer.concat(chunks));
}

function headersOf({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
}
