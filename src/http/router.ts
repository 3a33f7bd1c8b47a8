import { OciError } from '../oci/index.ts';
import type { RouteRecord } from './route.ts';

/** One literal segment, or one that becomes a parameter. */
type Segment = { readonly literal: string } | { readonly parameter: string };

interface CompiledPath {
  readonly head: readonly Segment[];
  readonly greedy: string | undefined;
  readonly tail: readonly Segment[];
  readonly routes: Map<string, RouteRecord>;
}

export interface RouteMatch {
  readonly route: RouteRecord;
  readonly params: Record<string, string>;
}

export interface Router {
  /**
   * Undefined when no route has this path. Throws `OciError` UNSUPPORTED (405, `Allow`) when the path exists with
   * other methods, NAME_INVALID when it holds a broken percent-encoding.
   */
  match(method: string, path: string): RouteMatch | undefined;
  /** The methods that this path has, `OPTIONS` among them; empty when no route has it. */
  methodsOf(path: string): string[];
}

/**
 * Paths are compared segment by segment as received: `..` and `//` are never resolved, so they reach the parsers
 * of names, which refuse them. A greedy parameter is matched from both ends, which makes a repository called
 * `manifests` or `a/tags/list` work.
 */
export function createRouter(routes: readonly RouteRecord[]): Router {
  const compiled = new Map<string, CompiledPath>();
  for (const route of routes) {
    const entry = compiled.get(route.path) ?? compilePath(route.path);
    if (entry.routes.has(route.method)) throw new Error(`Two routes for ${route.method} ${route.path}`);
    entry.routes.set(route.method, route);
    compiled.set(route.path, entry);
  }
  const paths = [...compiled.values()].sort((a, b) => literals(b) - literals(a));
  const begins = new Map(paths.map((path) => [firstLiteral(path), candidatesFor(firstLiteral(path))]));
  const others = candidatesFor(undefined);

  function candidatesFor(first: string | undefined): CompiledPath[] {
    return paths.filter((path) => [undefined, first].includes(firstLiteral(path)));
  }

  return {
    match(method, path) {
      const segments = path.split('/');
      for (const candidate of begins.get(segments[1]) ?? others) {
        const raw = matchPath(candidate, segments);
        if (!raw) continue;
        const route =
          candidate.routes.get(method) ?? (method === 'HEAD' ? candidate.routes.get('GET') : undefined);
        if (!route) throw methodNotAllowed(method, candidate);
        return { route, params: path.includes('%') ? decodeParams(raw) : raw };
      }
      return undefined;
    },
    methodsOf(path) {
      const segments = path.split('/');
      const found = paths.find((candidate) => matchPath(candidate, segments));
      return found ? methods(found) : [];
    },
  };
}

function compilePath(path: string): CompiledPath {
  const segments = path.split('/');
  const greedyAt = segments.findIndex((segment) => segment.endsWith('+}'));
  const compiled = segments.map((segment) =>
    segment.startsWith('{') ? { parameter: segment.slice(1, -1) } : { literal: segment },
  );
  if (greedyAt < 0) return { head: compiled, greedy: undefined, tail: [], routes: new Map() };
  return {
    head: compiled.slice(0, greedyAt),
    greedy: segments[greedyAt]?.slice(1, -2),
    tail: compiled.slice(greedyAt + 1),
    routes: new Map(),
  };
}

/** More literal segments are more particular: `blobs/uploads/{id}` is tried before `blobs/{digest}`. */
function literals({ head, tail }: CompiledPath): number {
  return [...head, ...tail].filter((segment) => 'literal' in segment).length;
}

/** Of the segment after the first slash; undefined when it is a parameter. */
function firstLiteral({ head }: CompiledPath): string | undefined {
  const [, first] = head;
  return first && 'literal' in first ? first.literal : undefined;
}

function matchPath(path: CompiledPath, segments: readonly string[]): Record<string, string> | undefined {
  const { head, greedy, tail } = path;
  const tailAt = segments.length - tail.length;
  const spare = tailAt - head.length;
  if (greedy === undefined ? spare !== 0 : spare < 1) return undefined;
  const params: Record<string, string> = {};
  // The tail first: what most paths differ in.
  if (!matchSegments(tail, segments, { from: tailAt, params })) return undefined;
  if (!matchSegments(head, segments, { from: 0, params })) return undefined;
  if (greedy !== undefined) params[greedy] = segments.slice(head.length, tailAt).join('/');
  return params;
}

/** Whether `segments` are as `pattern` says, from the one at `from` on. */
function matchSegments(
  pattern: readonly Segment[],
  segments: readonly string[],
  { from, params }: { from: number; params: Record<string, string> },
): boolean {
  let at = from;
  for (const expected of pattern) {
    const segment = segments[at++] ?? '';
    if ('literal' in expected) {
      if (segment !== expected.literal) return false;
    } else if (segment === '') return false;
    else params[expected.parameter] = segment;
  }
  return true;
}

function decodeParams(raw: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, decodeURIComponent(value)]));
  } catch (cause) {
    throw new OciError('NAME_INVALID', 'The path holds a broken percent-encoding.', { cause });
  }
}

function methods(path: CompiledPath): string[] {
  const has = [...path.routes.keys()];
  return [...has, ...(has.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
}

function methodNotAllowed(method: string, path: CompiledPath): OciError {
  const allow = methods(path).join(', ');
  return new OciError('UNSUPPORTED', `${method} is not possible here. Possible: ${allow}.`, {
    headers: { Allow: allow },
  });
}
