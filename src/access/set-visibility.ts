import type { Actor } from '../http/index.ts';
import { appendEvent } from '../jobs/index.ts';
import type { RepositoryName } from '../oci/index.ts';
import { problem } from '../rest/index.ts';
import { changeAccess, type Trx } from './change-access.ts';
import type { AccessContext } from './context.ts';
import { findRepository, putRepository } from './store/repositories.ts';
import type { Visibility } from './tables.ts';

/**
 * Makes a repository public or private; whether `actor` may was asked before. `also` is told what it was, in the same
 * transaction, and undoes all by throwing. Throws `Problem` not-found.
 */
export async function setVisibility(
  context: AccessContext,
  change: {
    readonly name: RepositoryName;
    readonly visibility: Visibility;
    readonly actor: Actor | undefined;
  },
  also: (trx: Trx, before: Visibility) => Promise<void> = async () => {},
): Promise<void> {
  const { name, visibility, actor } = change;
  const now = context.clock.now();
  await changeAccess(context, async (trx) => {
    const row = await findRepository(trx, name);
    // One from before there were accounts has no row, and gets one here.
    if (!row && !(await context.mover.exists(trx, name))) {
      throw problem('not-found', `There is no repository ${name}.`);
    }
    await also(trx, row?.visibility ?? 'private');
    await putRepository(trx, { repository: name, visibility, createdBy: actor?.accountId ?? null, now });
    await appendEvent(trx, {
      type: 'repository.changed',
      repository: name,
      actor: actor?.name ?? null,
      at: now,
    });
  });
  context.onEvents();
}
