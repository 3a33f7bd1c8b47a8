import { z } from 'zod';
import { deleteStar, listStars, putStar } from '../../api/index.ts';
import type { Actor, Call } from '../../http/index.ts';
import { appendEvent } from '../../jobs/index.ts';
import { parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, problem } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { getRepositoryFacts } from '../profile/repository-views.ts';
import { summariseRepositories } from '../profile/summarise-repositories.ts';
import { filterReadable } from '../readable-filter.ts';
import { addStar, listStarsOf, removeStar } from '../stars/star-store.ts';
import { onRepository } from './administrators.ts';

const position = z.tuple([z.int(), z.string()]);

/** Stars are opinions, not facts of the registry: the audit log does not list them. */
export function starRoutes(context: HubContext): ApiRoute[] {
  const { db, distribution, access } = context;

  async function change(call: Call, text: string, isStarred: boolean): Promise<void> {
    const repository = parseRepositoryName(text);
    const { actor, accountId } = getUser(call);
    await getRepositoryFacts(context, repository);
    const at = distribution.clock.now();
    await db.transaction(async (trx) => {
      const star = { repository, accountId, at };
      if (await (isStarred ? addStar(trx, star) : removeStar(trx, star))) {
        await appendEvent(trx, { type: 'repository.changed', repository, actor: actor.name, at });
      }
    });
    distribution.onEvents?.();
  }

  return [
    apiRoute(putStar, {
      access: onRepository('pull'),
      async handle({ params, call }) {
        await change(call, params.name, true);
        return {};
      },
    }),

    apiRoute(deleteStar, {
      access: onRepository('pull'),
      async handle({ params, call }) {
        await change(call, params.name, false);
        return {};
      },
    }),

    apiRoute(listStars, {
      access: () => 'authenticated',
      async handle({ query, call }) {
        const { actor, accountId } = getUser(call);
        const cursor = decodeCursor(position, query.cursor);
        const after = cursor && { starredAt: cursor[0], repository: cursor[1] as RepositoryName };
        const stars = await listStarsOf(db.reads, { accountId, after, limit: query.limit });
        const readable = await access.findReadable(actor);
        const seen = await filterReadable(
          access,
          readable,
          stars.map(({ repository }) => repository),
        );
        const last = stars.length === query.limit ? stars.at(-1) : undefined;
        return {
          body: {
            items: await summariseRepositories(context, seen),
            ...(last && { next: encodeCursor([last.starredAt, last.repository]) }),
          },
        };
      },
    }),
  ];
}

/** Throws `Problem` unauthorized for anybody, denied for robots and for users of a password file, who have no account. */
function getUser({ actor }: Call): { actor: Actor; accountId: number } {
  if (!actor) throw problem('unauthorized', 'Stars belong to users: log in first.');
  const { kind, accountId } = actor;
  if (kind !== 'user' || accountId === undefined) {
    throw problem('denied', 'Only users with an account have stars.');
  }
  return { actor, accountId };
}
