import { deleteCategory, listCategories, putCategory } from '../../api/index.ts';
import { appendEvent } from '../../jobs/index.ts';
import {
  type ApiRoute,
  apiRoute,
  assertIfMatch,
  etagOf,
  originOf,
  pageOfItems,
  problem,
} from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { listCategoryRows, putCategoryRow, removeCategoryRow } from '../profile/category-store.ts';
import { administer } from './administrators.ts';

export function categoryRoutes({ db, audit, distribution }: HubContext): ApiRoute[] {
  return [
    apiRoute(listCategories, {
      access: () => 'optional',
      handle: async ({ query }) => ({
        body: pageOfItems(await listCategoryRows(db.reads), query, ({ slug }) => slug),
      }),
    }),

    apiRoute(putCategory, {
      access: () => administer,
      async handle({ params: { slug }, body: { title }, call }) {
        const category = { slug, title };
        await db.transaction(async (trx) => {
          const before = (await listCategoryRows(trx)).find((row) => row.slug === slug);
          assertIfMatch(call, before && etagOf({ slug, title: before.title }));
          await putCategoryRow(trx, category);
          await audit.record(trx, {
            action: putCategory.name,
            origin: originOf(call),
            resource: { type: 'system', name: slug },
            ...(before && { before: { title: before.title } }),
            after: { title },
          });
        });
        return { body: category, etag: etagOf(category) };
      },
    }),

    apiRoute(deleteCategory, {
      access: () => administer,
      async handle({ params: { slug }, call }) {
        const at = distribution.clock.now();
        const actor = call.actor?.name ?? null;
        await db.transaction(async (trx) => {
          const repositories = await removeCategoryRow(trx, slug);
          if (!repositories) throw problem('not-found', `There is no category ${slug}.`);
          for (const repository of repositories) {
            await appendEvent(trx, { type: 'repository.changed', repository, actor, at });
          }
          await audit.record(trx, {
            action: deleteCategory.name,
            origin: originOf(call),
            resource: { type: 'system', name: slug },
          });
        });
        distribution.onEvents?.();
        return {};
      },
    }),
  ];
}
