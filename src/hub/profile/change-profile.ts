import { updateRepository } from '../../api/index.ts';
import type { Call } from '../../http/index.ts';
import { appendEvent } from '../../jobs/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { assertIfMatch, etagOf, originOf } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { resourceOf } from '../routes/administrators.ts';
import { assertCategories } from './category-store.ts';
import { findProfile, type Profile, type ProfileChange, putProfile } from './profile-store.ts';
import { getRepositoryFacts } from './repository-views.ts';

/**
 * Writes what people say about a repository, for whoever asks by `call` and may. Throws `Problem` not-found,
 * invalid-request for categories that do not exist, and precondition-failed.
 */
export async function changeProfile(
  { db, distribution, audit }: Pick<HubContext, 'db' | 'distribution' | 'audit'>,
  name: RepositoryName,
  { call, ...change }: ProfileChange & { call: Call },
): Promise<void> {
  await getRepositoryFacts({ distribution }, name);
  const now = distribution.clock.now();
  await db.transaction(async (trx) => {
    await assertCategories(trx, change.categories ?? []);
    const before = await findProfile(trx, name);
    assertIfMatch(call, versionOf(before));
    await putProfile(trx, name, { ...change, now });
    const actor = call.actor?.name ?? null;
    await appendEvent(trx, { type: 'repository.changed', repository: name, actor, at: now });
    await audit.record(trx, {
      action: updateRepository.name,
      origin: originOf(call),
      resource: resourceOf(name),
      before: settingsOf(before),
      after: settingsOf(change),
    });
  });
  distribution.onEvents?.();
}

/** The version of what `changeProfile` changes, for `ETag` and `If-Match`. */
export const versionOf = (profile: Profile) => etagOf(settingsOf(profile));

function settingsOf({ description, readme, categories, isOfficial }: ProfileChange) {
  return { description, readme, categories, is_official: isOfficial };
}
