import type { Actor } from '../http/index.ts';
import { appendEvent, type EventOrigin } from '../jobs/index.ts';
import type { Digest, Reference, RepositoryName } from '../oci/index.ts';
import type { DistributionContext } from './context.ts';
import { blobUnknown, manifestUnknown } from './refusals.ts';
import { unlinkBlob } from './store/blobs.ts';
import { removeManifest } from './store/manifests.ts';
import { findRepositoryId } from './store/repositories.ts';
import { removeTag, removeTagsOf } from './store/tags.ts';
import { recordTreeChanges } from './store/tree-changes.ts';

/**
 * Deletes a tag (the tag alone) or a manifest (with every tag that points at it) from a repository.
 * Throws MANIFEST_UNKNOWN. distribution-spec v1.1.1, "Content Management".
 */
export async function deleteManifest(
  context: DistributionContext,
  target: {
    repository: RepositoryName;
    reference: Reference;
    actor?: Actor | undefined;
    origin?: EventOrigin;
  },
): Promise<void> {
  const { repository, reference, origin } = target;
  const who = { repository, actor: target.actor?.name ?? null, at: context.clock.now(), origin };
  await context.db.transaction(async (trx) => {
    const repositoryId = await findRepositoryId(trx, repository);
    if (repositoryId === undefined) throw manifestUnknown(repository, reference);
    if (reference.kind === 'tag') {
      if (!(await removeTag(trx, repositoryId, reference.tag))) throw manifestUnknown(repository, reference);
      await recordTreeChanges(trx, repository, [{ kind: 'tag', name: reference.tag }]);
      await appendEvent(trx, { type: 'tag.deleted', tag: reference.tag, ...who });
      return;
    }
    const tags = await removeTagsOf(trx, repositoryId, reference.digest);
    if (!(await removeManifest(trx, repositoryId, reference.digest))) {
      throw manifestUnknown(repository, reference);
    }
    const changes = tags.map((name) => ({ kind: 'tag' as const, name: name as string }));
    await recordTreeChanges(trx, repository, [...changes, { kind: 'revision', name: reference.digest }]);
    await appendEvent(trx, { type: 'manifest.deleted', digest: reference.digest, tags, ...who });
  });
  context.onTreeChange();
  context.onEvents?.();
}

/** Takes a blob out of one repository; its bytes stay for others. Throws BLOB_UNKNOWN. */
export async function deleteBlob(
  context: DistributionContext,
  repository: RepositoryName,
  digest: Digest,
): Promise<void> {
  await context.db.transaction(async (trx) => {
    const repositoryId = await findRepositoryId(trx, repository);
    if (repositoryId === undefined || !(await unlinkBlob(trx, repositoryId, digest))) {
      throw blobUnknown(repository, digest);
    }
    await recordTreeChanges(trx, repository, [{ kind: 'layer', name: digest }]);
  });
  context.onTreeChange();
}
