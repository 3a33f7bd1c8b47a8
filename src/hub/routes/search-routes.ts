import { z } from 'zod';
import { rebuildSearch, type SearchHitView, searchRepositories } from '../../api/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, originOf } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { isoTime } from '../profile/repository-views.ts';
import type { SearchIndex } from '../search/create-search-index.ts';
import { MAX_CANDIDATES } from '../search/find-candidates.ts';
import { type SearchResult, search } from '../search/search.ts';
import type { FacetKind } from '../search/search-key.ts';
import { administer } from './administrators.ts';

export function searchRoutes(context: HubContext, index: SearchIndex): ApiRoute[] {
  const { db, audit, distribution } = context;
  return [
    apiRoute(searchRepositories, {
      access: () => 'optional',
      async handle({ query, call }) {
        const offset = decodeCursor(z.int().min(0).max(MAX_CANDIDATES), query.cursor) ?? 0;
        const since = query.updated_since;
        const result = await search(context, {
          actor: call.actor,
          text: query.q,
          filters: {
            facets: {
              official: query.official === undefined ? [] : [String(query.official)],
              architecture: query.architecture ?? [],
              operating_system: query.operating_system ?? [],
              media_type: query.media_type ?? [],
              label: query.label ?? [],
              category: query.category ?? [],
            },
            updatedSince: since === undefined ? undefined : Date.parse(since),
          },
          offset,
          limit: query.limit,
          withFacets: true,
        });
        const end = offset + query.limit;
        const counts = (kind: FacetKind) =>
          result.facets.filter((facet) => facet.kind === kind).map(({ value, count }) => ({ value, count }));
        return {
          body: {
            items: result.found.map(toHit),
            total: result.total,
            has_more: result.hasMore,
            facets: {
              official: counts('official'),
              architecture: counts('architecture'),
              operating_system: counts('operating_system'),
              media_type: counts('media_type'),
              label: counts('label'),
              category: counts('category'),
            },
            ...(end < result.total && { next: encodeCursor(end) }),
          },
        };
      },
    }),

    apiRoute(rebuildSearch, {
      access: () => administer,
      async handle({ call }) {
        await db.transaction((trx) =>
          audit.record(trx, {
            action: rebuildSearch.name,
            origin: originOf(call),
            resource: { type: 'system', name: 'search' },
          }),
        );
        index.rebuildLater();
        distribution.log.info({}, 'the search index is made anew');
        return {};
      },
    }),
  ];
}

function toHit(found: SearchResult['found'][number]): SearchHitView {
  const values = (kind: FacetKind) =>
    found.facets.filter((facet) => facet.kind === kind).map(({ value }) => value);
  const [mediaType] = values('media_type');
  return {
    name: found.name,
    description: found.description,
    visibility: found.isPublic ? 'public' : 'private',
    is_official: found.isOfficial === 1,
    star_count: found.stars,
    pull_count: found.pulls,
    updated_at: isoTime(found.updatedAt),
    architectures: values('architecture'),
    operating_systems: values('operating_system'),
    categories: values('category'),
    ...(mediaType !== undefined && { media_type: mediaType }),
  };
}
