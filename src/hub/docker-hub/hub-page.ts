import type { Call } from '../../http/index.ts';
import { numberIn } from '../number-in.ts';

/** As Docker Hub has it; it cuts what is more, too. */
const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 10;
/** Pages far behind cost more than they tell. */
const MAX_PAGE = 100_000;

export interface HubPage {
  readonly offset: number;
  readonly limit: number;
}

/** Numbers that make no sense count as left out: Docker Hub refuses few. */
export function pageOf({ query }: Pick<Call, 'query'>): HubPage & { page: number } {
  const page = numberIn(query.get('page'), { fallback: 1, maximum: MAX_PAGE });
  const limit = numberIn(query.get('page_size'), { fallback: DEFAULT_PAGE_SIZE, maximum: MAX_PAGE_SIZE });
  return { page, limit, offset: (page - 1) * limit };
}

/** A list as Docker Hub answers it. `path` is this list's own; `next` and `previous` are absolute. */
export function hubList<Result>(
  call: Pick<Call, 'query' | 'origin' | 'path'>,
  list: { path: string; count: number; results: readonly Result[] },
) {
  const { page, limit } = pageOf(call);
  const link = (to: number) => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(to));
    query.set('page_size', String(limit));
    return `${call.origin()}${call.path(list.path)}?${query}`;
  };
  return {
    count: list.count,
    next: page * limit < list.count ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results: list.results,
  };
}
