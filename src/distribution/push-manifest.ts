import type { Actor } from '../http/index.ts';
import { appendEvent, type EventOrigin } from '../jobs/index.ts';
import {
  algorithmOf,
  type Digest,
  digestOf,
  isDistributable,
  OciError,
  type ParsedManifest,
  parseManifest,
  type Reference,
  type RepositoryName,
  type Tag,
} from '../oci/index.ts';
import type { DistributionContext } from './context.ts';
import { ensureRepository } from './ensure-repository.ts';
import { listMissing } from './store/blobs.ts';
import { putManifest } from './store/manifests.ts';
import { listRepository } from './store/repositories.ts';
import { putTag } from './store/tags.ts';
import { recordTreeChanges } from './store/tree-changes.ts';

export interface ManifestPush {
  readonly repository: RepositoryName;
  readonly reference: Reference;
  /** Further tags to set (`?tag=`, distribution-spec main of 2026-07, "Pushing Manifests"). */
  readonly tags: readonly Tag[];
  readonly contentType: string | undefined;
  readonly content: Uint8Array;
  /** Take an image though its config or layers are missing (configuration `validation.manifests.sparse`). */
  readonly sparse: boolean;
  /** Who pushes; undefined for anybody. */
  readonly actor?: Actor | undefined;
  /** For the audit log; left out when it did not come over the network. */
  readonly origin?: EventOrigin | undefined;
}

export interface PushedManifest {
  readonly digest: Digest;
  readonly subject: Digest | undefined;
  /** What an image refers to and its repository does not have; empty unless the push was sparse. */
  readonly missing: readonly Digest[];
}

/**
 * Stores a manifest, byte for byte, and points its tags at it, in one transaction. Durable when it resolves: the
 * database holds the bytes, and the copy in the blob tree follows (tree/trail.ts).
 * Throws MANIFEST_INVALID, DIGEST_INVALID, MANIFEST_BLOB_UNKNOWN.
 */
export async function pushManifest(
  context: DistributionContext,
  push: ManifestPush,
): Promise<PushedManifest> {
  const { repository, reference, content } = push;
  const manifest = parseManifest(content, push.contentType);
  const digest = digestFor(reference, content);
  const tags = [...new Set(reference.kind === 'tag' ? [reference.tag, ...push.tags] : push.tags)];
  const now = context.clock.now();
  const missing = await context.db.transaction(async (trx) => {
    const repositoryId = await ensureRepository(context, trx, {
      name: repository,
      actor: push.actor,
      now,
      origin: push.origin,
    });
    const absent = await listMissing(trx, repositoryId, requiredBlobs(manifest));
    if (absent.length > 0 && !push.sparse) throw blobsMissing(repository, absent);
    // Sent together, in this order (a tag refers to the manifest): none needs what another answers.
    await Promise.all([
      putManifest(trx, {
        repositoryId,
        digest,
        content,
        now,
        mediaType: manifest.mediaType,
        sizeBytes: content.byteLength,
        artifactType: manifest.artifactType,
        subject: manifest.subject?.digest,
        annotations: manifest.annotations,
      }),
      listRepository(trx, repositoryId),
      ...tags.map((name) => putTag(trx, { repositoryId, name, digest, now })),
      recordTreeChanges(trx, repository, [
        { kind: 'revision', name: digest },
        ...tags.map((name) => ({ kind: 'tag' as const, name })),
      ]),
      appendEvent(trx, {
        type: 'manifest.pushed',
        repository,
        digest,
        tags,
        mediaType: manifest.mediaType,
        sizeBytes: content.byteLength,
        ...(manifest.subject && { subject: manifest.subject.digest }),
        actor: push.actor?.name ?? null,
        at: now,
        origin: push.origin,
      }),
    ]);
    return absent;
  });
  context.onTreeChange();
  context.onEvents?.();
  return { digest, subject: manifest.subject?.digest, missing };
}

function digestFor(reference: Reference, content: Uint8Array): Digest {
  if (reference.kind === 'tag') return digestOf('sha256', content);
  const digest = digestOf(algorithmOf(reference.digest), content);
  if (digest !== reference.digest) {
    throw new OciError('DIGEST_INVALID', `The manifest has the digest ${digest}, not ${reference.digest}.`, {
      detail: { digest },
    });
  }
  return digest;
}

/**
 * What has to be there before an image is accepted: its config and its layers, save those that may not be
 * distributed. An index may be sparse (its children come later, or never), and a subject need not exist
 * (distribution-spec v1.1.1, "Pushing Manifests").
 */
function requiredBlobs(manifest: ParsedManifest): Digest[] {
  const layers = manifest.layers.filter(isDistributable);
  return [...(manifest.config ? [manifest.config] : []), ...layers].map((descriptor) => descriptor.digest);
}

function blobsMissing(repository: RepositoryName, missing: readonly Digest[]): OciError {
  const [first, ...others] = missing;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return new OciError(
    'MANIFEST_BLOB_UNKNOWN',
    `${repository} does not have ${first}${more}, which the manifest refers to. Push or mount blobs before the manifest.`,
    { detail: { digests: missing.slice(0, 100) } },
  );
}
