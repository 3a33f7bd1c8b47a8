import type { NowOrLater } from '../kernel/index.ts';
import type { Call } from './call.ts';
import type { RouteAccess, Surface } from './guard.ts';
import type { Reply } from './reply.ts';

export type ErrorWords = Surface | 'docker-hub';

/** One thing that this server answers. No route mounts without saying what it needs the caller to be allowed. */
export interface RouteRecord {
  /** Stable name for logs and metrics, such as `manifest.get`. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Segments separated by `/`. `{x}` is one segment, `{x+}` is one or more and takes as many as it can (at most
   * one in a pattern), anything else is literal: `/v2/{name+}/manifests/{reference}`.
   */
  readonly path: string;
  /** `registry` when left out. */
  readonly surface?: Surface;
  /** Where errors are told in the words of another API than the surface's: `{detail, message}`. */
  readonly errorWords?: ErrorWords;
  /** Parses what it names and throws `OciError` on bad input, so that nothing is asked of a guard about it. */
  access(params: Readonly<Record<string, string>>): RouteAccess;
  handle(call: Call): NowOrLater<Reply>;
}
