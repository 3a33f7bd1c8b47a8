import type { z } from 'zod';
import { type ApiContract, takesIfMatch } from '../api/index.ts';
import { type Call, jsonReply, type Reply, type RouteAccess, type RouteRecord } from '../http/index.ts';
import { parseInput } from './parse-input.ts';
import { problem } from './problem.ts';
import { readJson } from './read-json.ts';

/** What a handler gets: parsed and typed by the contract. */
export interface ApiInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly call: Call;
}

export interface ApiAnswer<Result> {
  readonly body?: Result;
  /** Instead of `body` where the contract has a `mediaType`. */
  readonly stream?: NonNullable<Reply['body']>;
  /** The resource's version, without quotes, for `ETag` and `If-Match`. `etagOf` makes one. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A route of the API that still knows its contract: what documents, tests and limits go by. */
export interface ApiRoute extends RouteRecord {
  readonly contract: ApiContract;
}

/** A login is short. Checking what anybody sends costs half a second a megabyte. */
export const MAX_PUBLIC_BYTES = 16 * 1024;

/** A contract with who may do it and what it does, as a route. The answer is checked, too: what the contract does not name is left out of it. */
export function apiRoute<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
>(
  contract: ApiContract<Params, Query, Body, Result>,
  implementation: {
    access(params: z.output<Params>): RouteAccess;
    handle(
      input: ApiInput<z.output<Params>, z.output<Query>, z.output<Body>>,
    ): Promise<ApiAnswer<z.input<Result>>>;
  },
): ApiRoute {
  const { name, method, path, status = 200 } = contract;
  return {
    contract,
    name,
    method,
    path,
    surface: 'api',
    access: (params) => implementation.access(parseInput(contract.params, params, 'path')),
    async handle(call): Promise<Reply> {
      const params = parseInput(contract.params, call.params, 'path');
      const query = parseInput(contract.query, queryObject(call.query), 'query');
      const isPublic = implementation.access(params) === 'public';
      const json = contract.body && (await readJson(call, isPublic ? MAX_PUBLIC_BYTES : undefined));
      const body = parseInput(contract.body, json, 'body');
      // Passed over, it would let a change through that was meant to be made under a condition.
      if (method !== 'GET' && !takesIfMatch(contract) && call.header('if-match') !== undefined) {
        throw problem('precondition-failed', 'No condition can be put on this. Send it without If-Match.');
      }
      const answer = await implementation.handle({ params, query, body, call });
      const headers = {
        // Answers differ by who asks, and may be secret.
        'Cache-Control': 'no-store',
        ...(answer.etag !== undefined && { ETag: `"${answer.etag}"` }),
        ...answer.headers,
      };
      if (contract.mediaType !== undefined && answer.stream) {
        return { status, headers: { 'Content-Type': contract.mediaType, ...headers }, body: answer.stream };
      }
      if (!contract.result) return { status, headers };
      return jsonReply(status, contract.result.parse(answer.body), headers);
    },
  };
}

/** A parameter without a value (`?q=&limit=`, what an empty form field sends) counts as left out. */
function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = query.getAll(name).filter((value) => value !== '');
      const [only] = values;
      if (only === undefined) return [];
      return [[name, values.length === 1 ? only : values]];
    }),
  );
}
