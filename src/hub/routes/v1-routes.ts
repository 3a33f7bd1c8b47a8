import { type Call, jsonReply, type Reply, type RouteRecord } from '../../http/index.ts';
import type { HubContext } from '../context.ts';
import { numberIn } from '../number-in.ts';
import { search } from '../search/search.ts';

/** As docker's CLI has it; it refuses numbers beyond the second itself. */
const DEFAULT_RESULTS = 25;
const MAX_RESULTS = 100;
const MAX_PAGE = 1_000;

/**
 * What `docker search HOST/TERM` and `podman search` ask for: the search of the registry's first protocol, whose
 * answer the engine reads field by field. It filters what it gets by stars and officialness itself.
 */
export function v1Routes(context: HubContext): RouteRecord[] {
  return [
    {
      name: 'v1.ping',
      method: 'GET',
      path: '/v1/_ping',
      access: () => 'public',
      // Standalone: the engine then sends its credentials to this host and to no index beside it.
      handle: async () => jsonReply(200, true, { 'X-Docker-Registry-Standalone': 'true' }),
    },
    {
      name: 'v1.search',
      method: 'GET',
      path: '/v1/search',
      access: () => 'optional',
      handle: (call) => searchAsDocker(context, call),
    },
  ];
}

async function searchAsDocker(context: HubContext, call: Call): Promise<Reply> {
  const query = call.query.get('q') ?? '';
  const size = numberIn(call.query.get('n'), { fallback: DEFAULT_RESULTS, maximum: MAX_RESULTS });
  const page = numberIn(call.query.get('page'), { fallback: 1, maximum: MAX_PAGE });
  const { found, total } = await search(context, {
    actor: call.actor,
    text: query,
    filters: { facets: {}, updatedSince: undefined },
    offset: (page - 1) * size,
    limit: size,
    withFacets: false,
  });
  return jsonReply(
    200,
    {
      query,
      num_results: total,
      num_pages: Math.ceil(total / size),
      page,
      page_size: size,
      results: found.map((one) => ({
        name: one.name,
        description: one.description,
        star_count: one.stars,
        is_official: one.isOfficial === 1,
        is_automated: false,
        is_trusted: false,
      })),
    },
    { 'Cache-Control': 'no-store' },
  );
}
