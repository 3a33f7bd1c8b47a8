import type { Call, Reply, RouteRecord } from '../../http/index.ts';
import { OciError, parsePageSize } from '../../oci/index.ts';
import type { DistributionContext } from '../context.ts';
import { isListed, listRepositoryNames } from '../store/repositories.ts';
import { listTags } from '../store/tags.ts';
import { endlessReply, type ListPage, pageReply } from './listed-json.ts';
import { repositoryAccess, repositoryOf } from './scope.ts';

/** registry:2 lists this many repositories when the client does not say how many. */
const CATALOG_PAGE = 100;
/** More names than this in one page are cut to it, and the `Link` leads on. */
const TAGS_PAGE = 10_000;

/** Lists of tags (distribution-spec v1.1.1, end-8) and of repositories (distribution's `_catalog`). */
export function listRoutes(
  context: DistributionContext,
  limits: { catalogMaxEntries: number; tagsMaxTags?: number },
): RouteRecord[] {
  return [
    {
      name: 'tags.list',
      method: 'GET',
      path: '/v2/{name+}/tags/list',
      access: repositoryAccess('pull'),
      handle: (call) => listTagsOf(context, call, limits.tagsMaxTags),
    },
    {
      name: 'catalog.list',
      method: 'GET',
      path: '/v2/_catalog',
      access: () => ({ type: 'registry', name: 'catalog', actions: ['*'] }),
      handle: (call) => listCatalog(context, call, limits.catalogMaxEntries),
    },
  ];
}

async function listTagsOf(
  context: DistributionContext,
  call: Call,
  maximum: number | undefined,
): Promise<Reply> {
  const repository = repositoryOf(call.params);
  const { reads } = context.db;
  const asked = parsePageSize(call.query.get('n') ?? undefined, { maximum: maximum ?? TAGS_PAGE });
  const limit = asked ?? maximum;
  const after = call.query.get('last') ?? '';
  if (!(await isListed(reads, repository))) {
    throw new OciError('NAME_UNKNOWN', `There is no repository ${repository}.`, {
      detail: { name: repository },
    });
  }
  const list: ListPage = (page) => listTags(reads, { repository, ...page });
  if (limit === undefined) {
    // Old clients read a list without `n` as the whole list and do not follow a Link.
    return endlessReply({ head: `{"name":${JSON.stringify(repository)},"tags":`, after, list });
  }
  return pageReply({
    fields: (tags) => ({ name: repository, tags }),
    after,
    limit,
    list,
    next: (last) =>
      call.path(`/v2/${repository}/tags/list?${new URLSearchParams({ last, n: String(limit) })}`),
  });
}

async function listCatalog(context: DistributionContext, call: Call, maximum: number): Promise<Reply> {
  const limit = parsePageSize(call.query.get('n') ?? undefined, {
    defaultSize: Math.min(CATALOG_PAGE, maximum),
    maximum,
  });
  return pageReply({
    fields: (repositories) => ({ repositories }),
    after: call.query.get('last') ?? '',
    limit,
    list: (page) => listRepositoryNames(context.db.reads, page),
    next: (last) => call.path(`/v2/_catalog?${new URLSearchParams({ last, n: String(limit) })}`),
  });
}
