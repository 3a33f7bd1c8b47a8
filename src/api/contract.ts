import type { z } from 'zod';

/**
 * One operation of our JSON API: the source for checking requests, for OpenAPI, for the typed client of the command
 * line and for the web app. Who may do it is said where it is implemented.
 */
export interface ApiContract<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /**
   * Stable: the operation id of OpenAPI, the route's name in logs and metrics, the action in the audit log. The words of
   * the path, in the singular, and what is done: `user.token.create` (contract-names.test.ts).
   */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in `RouteRecord.path`: `/api/v1/users/{name}`. */
  readonly path: string;
  /** One line for a person. */
  readonly summary: string;
  /** What may go wrong beside the usual, what a newcomer should know: Markdown. */
  readonly description?: string;
  /** Strings from the path. */
  readonly params?: Params;
  /** Strings from the query; one without a value is left out, one that is repeated comes as an array (`queryList`). */
  readonly query?: Query;
  /** JSON. Objects are strict: an unknown field is refused. */
  readonly body?: Body;
  /** Of the answer's body; left out when there is none (204). What it does not name is not sent. */
  readonly result?: Result;
  /** Of an answer that is no JSON: a page, a download. It has no `result` then. */
  readonly mediaType?: string;
  /** Of a `PUT` or `PATCH` of what has no `ETag`: `If-Match` cannot hold there, and is refused instead of passed over. */
  readonly versioned?: false;
  /** Of a success: 200 when left out. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
}

/** Keeps the types of `contract`'s schemas. */
export function defineContract<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
>(contract: ApiContract<Params, Query, Body, Result>): ApiContract<Params, Query, Body, Result> {
  return contract;
}

/** Others refuse `If-Match`: passed over, it would let through a change that was meant to be made under a condition. */
export function takesIfMatch({ method, versioned }: ApiContract): boolean {
  return versioned !== false && (method === 'PUT' || method === 'PATCH');
}
