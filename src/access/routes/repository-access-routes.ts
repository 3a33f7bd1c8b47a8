import {
  deleteRepository,
  getRepositoryVisibility,
  moveRepository,
  putRepositoryVisibility,
} from '../../api/index.ts';
import type { AccessRequirement, Call } from '../../http/index.ts';
import { appendEvent, type RegistryEvent } from '../../jobs/index.ts';
import { namespaceOf, parseRepositoryName, type RepositoryName } from '../../oci/index.ts';
import { type ApiRoute, apiRoute, assertIfMatch, etagOf, problem } from '../../rest/index.ts';
import { changeAccess, type Trx } from '../change-access.ts';
import type { AccessContext } from '../context.ts';
import { setVisibility } from '../set-visibility.ts';
import { putRedirect, removeRedirects } from '../store/redirects.ts';
import { findRepository, removeRepositoryRow, renameRepositoryRow } from '../store/repositories.ts';
import { recordIn } from './namespace.ts';

/** Who may see a repository, where it is, and its end. */
export function repositoryAccessRoutes(context: AccessContext): ApiRoute[] {
  const { reads } = context.db;
  const on =
    (action: string) =>
    (params: { name: string }): AccessRequirement => ({
      type: 'repository',
      name: parseRepositoryName(params.name),
      actions: [action],
    });

  /** The event and the line in the log that go with each change. */
  async function tell(
    trx: Trx,
    change: { call: Call; action: string; before?: unknown; after?: unknown; event: ToldEvent },
  ): Promise<void> {
    const { call, event, ...entry } = change;
    await appendEvent(trx, { ...event, actor: call.actor?.name ?? null, at: context.clock.now() });
    const name = event.repository;
    const namespace = namespaceOf(name) ?? '';
    await recordIn(context, trx, { ...entry, call, namespace, resource: { type: 'repository', name } });
  }

  return [
    apiRoute(getRepositoryVisibility, {
      access: on('pull'),
      async handle({ params }) {
        const row = await findRepository(reads, params.name);
        if (!row) throw unknown(params.name);
        const body = { name: params.name, visibility: row.visibility };
        return { body, etag: etagOf(body) };
      },
    }),

    apiRoute(putRepositoryVisibility, {
      access: on('settings'),
      async handle({ params, body: { visibility }, call }) {
        const name = parseRepositoryName(params.name);
        // To make it public is to give everybody the right to pull.
        if (visibility === 'public') await assertHas(call, name, ['pull']);
        await setVisibility(context, { name, visibility, actor: call.actor }, async (trx, before) => {
          assertIfMatch(call, etagOf({ name, visibility: before }));
          await recordIn(context, trx, {
            call,
            namespace: namespaceOf(name) ?? '',
            resource: { type: 'repository', name },
            action: putRepositoryVisibility.name,
            before: { visibility: before },
            after: { visibility },
          });
        });
        const body = { name, visibility };
        return { body, etag: etagOf(body) };
      },
    }),

    apiRoute(moveRepository, {
      access: on('administer'),
      async handle({ params, body, call }) {
        const from = parseRepositoryName(params.name);
        const to = parseRepositoryName(body.to);
        // Where it goes, others may do everything to it.
        await assertHas(call, from, ['pull', 'push', 'delete', 'settings', 'administer']);
        await assertMayMake(to, call);
        const visibility = await changeAccess(context, async (trx) => {
          const row = await findRepository(trx, from);
          if (!row && !(await context.mover.exists(trx, from))) throw unknown(from);
          const namespace = namespaceOf(to);
          if (namespace !== undefined && !(await context.accounts.findIn(trx, namespace))) {
            throw problem('conflict', `There is no user and no organisation ${namespace}.`);
          }
          if (
            from === to ||
            (await findRepository(trx, to)) ||
            !(await context.mover.rename(trx, from, to))
          ) {
            throw problem('conflict', `There is a repository ${to} already.`);
          }
          await renameRepositoryRow(trx, from, to);
          await putRedirect(trx, from, to);
          await tell(trx, {
            call,
            action: moveRepository.name,
            before: { name: from },
            after: { name: to },
            event: { type: 'repository.renamed', repository: to, from },
          });
          return row?.visibility ?? 'private';
        });
        context.mover.onMoved();
        context.onEvents();
        return { body: { name: to, visibility } };
      },
    }),

    apiRoute(deleteRepository, {
      access: on('administer'),
      async handle({ params, call }) {
        const name = parseRepositoryName(params.name);
        await changeAccess(context, async (trx) => {
          const hadRow = await removeRepositoryRow(trx, name);
          const hadContent = await context.mover.remove(trx, name);
          if (!hadRow && !hadContent) throw unknown(name);
          await removeRedirects(trx, name);
          await tell(trx, {
            call,
            action: deleteRepository.name,
            before: { name },
            event: { type: 'repository.deleted', repository: name },
          });
        });
        context.mover.onMoved();
        context.onEvents();
        return {};
      },
    }),
  ];

  /** Nobody gives more than he has (assert-may-give.ts), of one repository. Throws `Problem` denied. */
  async function assertHas(call: Call, name: RepositoryName, actions: readonly string[]): Promise<void> {
    for (const action of actions) {
      if (await call.may({ type: 'repository', name, actions: [action] })) continue;
      throw problem('denied', `That lets others ${action} ${name}, which you may not do yourself.`);
    }
  }

  /** Throws `Problem` denied, in the same words whether something is there or not. */
  async function assertMayMake(name: RepositoryName, call: Call): Promise<void> {
    const namespace = namespaceOf(name);
    // Right on the whole namespace: else whoever may push to one name could move something else there.
    const mayCreate =
      namespace === undefined
        ? call.actor?.isAdministrator === true
        : await call.may({ type: 'namespace', name: namespace, actions: ['create'] });
    const mayPush = await call.may({ type: 'repository', name, actions: ['push'] });
    if (mayCreate && mayPush) return;
    throw problem(
      'denied',
      `You may not make ${name}. Ask an owner of ${namespace ?? 'the registry'} for the role writer.`,
    );
  }
}

type ToldEvent =
  | Pick<Extract<RegistryEvent, { type: 'repository.renamed' }>, 'type' | 'repository' | 'from'>
  | { readonly type: 'repository.deleted'; readonly repository: string };

function unknown(name: string) {
  return problem('not-found', `There is no repository ${name}.`);
}
