import type { AccessRequirement, Actor } from './guard.ts';

/** One request on its way through a handler. */
export interface Call {
  readonly method: string;
  /** The route's `{name}` segments, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  /** The body as it arrives; reading holds the client back. Ends with an error if the client leaves half-way. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The body's declared length in bytes; undefined when it is chunked. 0 when there is none. */
  readonly contentLength: number | undefined;
  /** Aborted when the client is gone or the server stops waiting for transfers. */
  readonly signal: AbortSignal;
  /** Who asks; undefined for anybody. */
  readonly actor: Actor | undefined;
  readonly remoteAddress: string;
  readonly requestId: string;
  /** How the client addressed this server, without a slash at the end: `https://registry.example:5000`. */
  origin(): string;
  /** Whether the caller may also do this. Never throws for "no". */
  may(requirement: AccessRequirement): Promise<boolean>;
  /** Makes a URL for a `Location` header of a path of this server that starts with `/`. */
  url(path: string): string;
  /** The same for a `Link` header: always a path, because clients follow no more of it or refuse another host. */
  path(path: string): string;
}
