import type { Transaction } from 'kysely';
import { z } from 'zod';
import {
  createRepository,
  getRepository,
  listNamespaceRepositories,
  updateRepository,
} from '../../api/index.ts';
import { createRepository as createEmpty, listRepositoryFacts } from '../../distribution/index.ts';
import type { Actor } from '../../http/index.ts';
import { parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import {
  type ApiRoute,
  apiRoute,
  decodeCursor,
  encodeCursor,
  hidePosition,
  originOf,
  problem,
  revealPosition,
} from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { assertCategories } from '../profile/category-store.ts';
import { changeProfile, versionOf } from '../profile/change-profile.ts';
import { putProfile } from '../profile/profile-store.ts';
import { createReadmes } from '../profile/readmes.ts';
import { viewRepository } from '../profile/repository-views.ts';
import { summariseRepositories } from '../profile/summarise-repositories.ts';
import { filterReadable } from '../readable-filter.ts';
import type { HubTables } from '../tables.ts';
import { assertAdministrator, onRepository, resourceOf } from './administrators.ts';

export function repositoryRoutes(context: HubContext): ApiRoute[] {
  const { distribution, access, audit } = context;
  const { clock } = distribution;
  const readmes = createReadmes(context);

  async function show(name: RepositoryName, actor: Actor | undefined) {
    const { view, profile } = await viewRepository(context, name, actor);
    const readme_html = await readmes.getHtml(name, profile.readme);
    return { view: { ...view, readme_html }, profile };
  }

  return [
    apiRoute(getRepository, {
      access: onRepository('pull'),
      async handle({ params, call }) {
        const { view, profile } = await show(parseRepositoryName(params.name), call.actor);
        return { body: view, etag: versionOf(profile) };
      },
    }),

    apiRoute(updateRepository, {
      access: onRepository('settings'),
      async handle({ params, body, call }) {
        const name = parseRepositoryName(params.name);
        if (body.is_official !== undefined) await assertAdministrator(call, 'mark repositories as official');
        await changeProfile(context, name, { ...body, isOfficial: body.is_official, call });
        const { view, profile } = await show(name, call.actor);
        return { body: view, etag: versionOf(profile) };
      },
    }),

    apiRoute(createRepository, {
      access: () => 'authenticated',
      async handle({ body, call }) {
        const name = parseRepositoryName(body.name);
        const { visibility, ...written } = body;
        const { namespace } = resourceOf(name);
        if (namespace === undefined) await assertAdministrator(call, 'make repositories of one word');
        else if (!(await call.may({ type: 'namespace', name: namespace, actions: ['create'] }))) {
          throw problem(
            'denied',
            `You may not make repositories in ${namespace}: ask for a role with \`create\`.`,
          );
        }
        const now = clock.now();
        const { actor } = call;
        const made = await createEmpty(
          distribution,
          { name, actor, ...(visibility !== undefined && { visibility }) },
          async (outer) => {
            const trx = outer as unknown as Transaction<HubTables>;
            await assertCategories(trx, written.categories ?? []);
            await putProfile(trx, name, { ...written, now });
            await audit.record(trx, {
              action: createRepository.name,
              origin: originOf(call),
              resource: resourceOf(name),
              after: body,
            });
          },
        );
        if (!made)
          throw problem('conflict', `There is a repository ${name} already, or the beginning of one.`);
        const { view, profile } = await show(name, actor);
        return {
          body: view,
          etag: versionOf(profile),
          headers: { Location: call.url(`/api/v1/repositories/${name}`) },
        };
      },
    }),

    apiRoute(listNamespaceRepositories, {
      access: () => 'optional',
      async handle({ params, query, call }) {
        const prefix = `${params.namespace}/`;
        const cursor = decodeCursor(z.string(), query.cursor);
        const after = cursor === undefined ? prefix : revealPosition(cursor);
        if (!after.startsWith(prefix)) throw problem('invalid-cursor', 'This cursor is for another list.');
        const readable = await access.findReadable(call.actor);
        const seen: Awaited<ReturnType<typeof filterReadable>> = [];
        let last = after;
        let isEnd = false;
        // On behind what is invisible, until one more than the page is seen: `next` would tell that it is there.
        for (let scan = 0; scan < MAX_SCANS && !isEnd && seen.length <= query.limit; scan += 1) {
          const facts = await listRepositoryFacts(distribution.db.reads, {
            after: last,
            limit: SCANNED_AT_ONCE,
          });
          const names = facts.map(({ name }) => name).filter((name) => name.startsWith(prefix));
          seen.push(...(await filterReadable(access, readable, names)));
          last = names.at(-1) ?? last;
          isEnd = names.length < SCANNED_AT_ONCE;
        }
        const page = seen.slice(0, query.limit);
        const next = page.length < seen.length ? page.at(-1)?.name : isEnd ? undefined : last;
        return {
          body: {
            items: await summariseRepositories(context, page),
            ...(next !== undefined && { next: encodeCursor(hidePosition(next)) }),
          },
        };
      },
    }),
  ];
}

const SCANNED_AT_ONCE = 500;
/** Bounds what a page costs for somebody who may read little of a namespace: then it is short and has a `next`. */
const MAX_SCANS = 10;
