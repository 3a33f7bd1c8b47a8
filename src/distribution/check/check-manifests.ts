import { algorithmOf, type Digest, digestOf } from '../../oci/index.ts';
import { listMissing } from '../store/blobs.ts';
import { findManifestContent } from '../store/links.ts';
import { replaceManifestContent } from '../store/repairs.ts';
import {
  allManifestRows,
  isReferenced,
  isTreeChangePending,
  listPresentManifests,
  type ManifestRow,
} from '../store/stored-facts.ts';
import { describeManifest, type ManifestDescription } from '../tree/describe-manifest.ts';
import { readSmallBlob } from '../tree/read-blob.ts';
import type { CheckContext } from './check-context.ts';

/** Looks whether every manifest has its bytes, a copy in the tree and all that it needs. Answers how many there are. */
export async function checkManifests(context: CheckContext): Promise<number> {
  let count = 0;
  let last: { digest: Digest; description: ManifestDescription | undefined } | undefined;
  for await (const row of allManifestRows(context.db.reads)) {
    context.signal?.throwIfAborted();
    count += 1;
    if (last?.digest !== row.digest) {
      last = { digest: row.digest, description: await checkContent(context, row.digest) };
    }
    if (last.description) await checkReferences(context, row, last.description);
  }
  return count;
}

/** The description of the manifest, unless its bytes cannot be read. */
async function checkContent(context: CheckContext, digest: Digest): Promise<ManifestDescription | undefined> {
  const content = await findManifestContent(context.db.reads, digest);
  if (content === undefined || digestOf(algorithmOf(digest), content) !== digest) {
    const sound = await reportCorrupt(context, digest);
    return sound && describeManifest(sound);
  }
  // One that is there and damaged was found among the blobs.
  if ((await context.blobs.find(digest)) === undefined) await reportCopy(context, digest, content);
  return describeManifest(content);
}

async function reportCorrupt(
  { db, blobs, isRepairing, found }: CheckContext,
  digest: Digest,
): Promise<Uint8Array | undefined> {
  if (!(await isReferenced(db.reads, digest))) return undefined;
  const copy = await readSmallBlob(blobs, digest);
  const sound =
    'found' in copy && digestOf(algorithmOf(digest), copy.found) === digest ? copy.found : undefined;
  const isRepaired = isRepairing && sound !== undefined;
  if (isRepaired) await db.transaction((trx) => replaceManifestContent(trx, digest, sound));
  found({
    kind: 'manifest-corrupt',
    severity: 'problem',
    digest,
    text: `The database's bytes of this manifest are damaged; ${
      sound ? 'the copy in the blob tree is sound.' : 'there is no sound copy: push it again.'
    }`,
    ...(isRepaired && { repair: 'Replaced by the copy in the blob tree.' }),
  });
  return sound;
}

async function reportCopy(context: CheckContext, digest: Digest, content: Uint8Array): Promise<void> {
  const { db, blobs, isRepairing, found } = context;
  if (await isTreeChangePending(db.reads, { kind: 'revision', name: digest })) return;
  // Looked at again: the trail may have brought it since.
  if ((await blobs.find(digest)) !== undefined) return;
  if (isRepairing) await blobs.put(digest, content);
  found({
    kind: 'manifest-copy',
    severity: 'problem',
    digest,
    text: 'The blob tree does not have this manifest: registry:2 could not serve it, a rebuild would lose it.',
    ...(isRepairing && { repair: 'Put into the blob tree from the database.' }),
  });
}

async function checkReferences(
  { db, found }: CheckContext,
  { repositoryId, repository, digest }: ManifestRow,
  description: ManifestDescription,
): Promise<void> {
  const missing = await listMissing(db.reads, repositoryId, description.blobs);
  const children = [...new Set(description.manifests)];
  const present = await listPresentManifests(db.reads, repositoryId, children);
  const absent = children.filter((child) => !present.has(child));
  if (missing.length === 0 && absent.length === 0) return;
  // A deletion may have come between.
  if (!(await listPresentManifests(db.reads, repositoryId, [digest])).has(digest)) return;
  for (const blob of missing) {
    const text = `It needs the blob ${blob}, which the repository does not have: push the image again.`;
    found({ kind: 'reference-missing', severity: 'problem', repository, digest, text });
  }
  for (const child of absent) {
    const text = `It lists the manifest ${child}, which the repository does not have.`;
    found({ kind: 'child-missing', severity: 'note', repository, digest, text });
  }
}
