import type { z } from 'zod';
import { ApiError, toApiError } from './api-error.ts';
import type { ApiContract } from './contract.ts';

/** Whatever has a contract may be called. */
type Contract<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
> = ApiContract<Params, Query, Body, Result>;

/** A part of the input: left out when the contract has none, optional when all of it is. */
type Part<Name extends string, Schema extends z.ZodType> = z.ZodType extends Schema
  ? { readonly [Key in Name]?: undefined }
  : Record<never, never> extends z.input<Schema>
    ? { readonly [Key in Name]?: z.input<Schema> | undefined }
    : { readonly [Key in Name]: z.input<Schema> };

export type CallInput<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = Part<
  'params',
  Params
> &
  Part<'query', Query> &
  Part<'body', Body> & {
    /** The `ETag` that was seen, as it came: changes only what is still that. */
    readonly ifMatch?: string | undefined;
    /** A UUID: the same create with the same key may be sent again. */
    readonly idempotencyKey?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  };

/** Calls the API in the words of its contracts. Throws `ApiError` for every refusal and when nobody answers. */
export interface ApiClient {
  call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    contract: Contract<P, Q, B, R>,
    input: CallInput<P, Q, B>,
  ): Promise<z.output<R>>;

  /** The same with the answer as it comes: for its headers (`ETag`), and for downloads. */
  open<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    contract: Contract<P, Q, B, R>,
    input: CallInput<P, Q, B>,
  ): Promise<Response>;
}

export function createApiClient(options: {
  /** Of the server: `https://registry.example`, with its prefix if it has one. */
  url: string;
  /** The header `Authorization`: `Bearer lading_pat_…`. Undefined: the browser's session, or nobody. */
  authorization?: string | undefined;
  fetch?: typeof globalThis.fetch;
}): ApiClient {
  const base = options.url.replace(/\/+$/, '');
  const send = options.fetch ?? globalThis.fetch;

  const open: ApiClient['open'] = async (contract, input) => {
    const { params, query, body, ifMatch, idempotencyKey, signal } = input as CallInput<
      z.ZodAny,
      z.ZodAny,
      z.ZodAny
    >;
    const headers = new Headers({ Accept: contract.mediaType ?? 'application/json' });
    if (options.authorization !== undefined) headers.set('Authorization', options.authorization);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (ifMatch !== undefined) headers.set('If-Match', ifMatch);
    if (idempotencyKey !== undefined) headers.set('Idempotency-Key', idempotencyKey);
    const target = base + fillPath(contract.path, params) + toQuery(query);
    let response: Response;
    try {
      response = await send(target, {
        method: contract.method,
        headers,
        // Credentials must not follow to where they were not meant for, nor a POST become a GET.
        redirect: 'error',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const text = `No answer from ${base}. Is it the address of a Lading registry, and is it running?`;
      throw new ApiError('no-answer', text, { status: 0, cause });
    }
    if (response.ok) return response;
    throw await toApiError(response);
  };

  return {
    open,
    async call(contract, input) {
      const response = await open(contract, input);
      if (!contract.result) {
        await response.body?.cancel();
        return undefined as z.output<NonNullable<typeof contract.result>>;
      }
      // What is no JSON is not what was expected, either: said below.
      const parsed = contract.result.safeParse(await response.json().catch(() => undefined));
      if (parsed.success) return parsed.data;
      const text = `The answer to ${contract.name} is not what this version expects. Is the registry of another version?`;
      throw new ApiError('unexpected-answer', text, { status: response.status, cause: parsed.error });
    },
  };
}

function fillPath(path: string, params: Readonly<Record<string, unknown>> | undefined): string {
  return path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, many: string) => {
    const value = String(params?.[name] ?? '');
    const segments = many ? value.split('/') : [value];
    // A URL with these would be another one before it is sent.
    if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
      throw new ApiError('invalid-request', `${JSON.stringify(value)} cannot be a ${name}.`, { status: 0 });
    }
    return segments.map(encodeURIComponent).join('/');
  });
}

function toQuery(query: Readonly<Record<string, unknown>> | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.filter((one) => one !== undefined).map((one) => [name, String(one)]);
  });
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}
