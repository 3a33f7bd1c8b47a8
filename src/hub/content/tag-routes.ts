import { z } from 'zod';
import { deleteTag, getTag, listTags } from '../../api/index.ts';
import { deleteManifest, findTagSummary, listTagsInOrder } from '../../distribution/index.ts';
import { parseRepositoryName, parseTag } from '../../oci/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, originOf, problem } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { getRepositoryFacts } from '../profile/repository-views.ts';
import { onRepository } from '../routes/administrators.ts';
import { viewTags } from './tag-views.ts';

const position = z.tuple([z.string(), z.int()]);

export function tagRoutes(context: HubContext): ApiRoute[] {
  const { distribution } = context;
  const { reads } = distribution.db;

  return [
    apiRoute(listTags, {
      access: onRepository('pull'),
      async handle({ params, query }) {
        const { name: repository } = await getRepositoryFacts(context, parseRepositoryName(params.name));
        const { sort, prefix, limit, cursor } = query;
        const from = decodeCursor(position, cursor);
        const found = await listTagsInOrder(reads, {
          repository,
          prefix,
          order: sort,
          after: from && { name: from[0], updatedAt: from[1] },
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        const last = found.length > limit ? page.at(-1) : undefined;
        return {
          body: {
            items: await viewTags(context, repository, page),
            ...(last && { next: encodeCursor([last.name, last.updatedAt]) }),
          },
        };
      },
    }),

    apiRoute(getTag, {
      access: onRepository('pull'),
      async handle({ params }) {
        const repository = parseRepositoryName(params.name);
        const tag = await findTagSummary(reads, repository, parseTag(params.tag));
        const [view] = tag ? await viewTags(context, repository, [tag]) : [];
        if (!view) throw problem('not-found', `There is no tag ${repository}:${params.tag}.`);
        return { body: view };
      },
    }),

    apiRoute(deleteTag, {
      access: onRepository('delete'),
      async handle({ params, call }) {
        await deleteManifest(distribution, {
          repository: parseRepositoryName(params.name),
          reference: { kind: 'tag', tag: parseTag(params.tag) },
          actor: call.actor,
          origin: originOf(call),
        });
        return {};
      },
    }),
  ];
}
