import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import { type Digest, parseDigest, parseTag } from '../../oci/index.ts';
import { findLinkFact, findManifestContent } from '../store/links.ts';
import type { TreeChange } from '../store/tree-changes.ts';
import type { DistributionTables } from '../tables.ts';
import type { LinkKey } from './link-layout.ts';
import type { LinkTree } from './link-tree.ts';

/** Makes the tree agree with what the database says of one fact now. */
export async function followChange(
  { db, blobs, tree }: { db: Database<DistributionTables>; blobs: BlobStore; tree: LinkTree },
  change: TreeChange,
): Promise<void> {
  const key = toLinkKey(change);
  const fact = await findLinkFact(db.reads, change.repository, key);
  if (fact === undefined) return tree.remove(change.repository, key);
  // Before its link: a link that leads nowhere would be an error to registry:2.
  if (key.kind === 'revision') await publishManifest(db, blobs, key.digest);
  await tree.put(change.repository, key, fact);
}

async function publishManifest(
  db: Database<DistributionTables>,
  blobs: BlobStore,
  digest: Digest,
): Promise<void> {
  const content = await findManifestContent(db.reads, digest);
  if (content === undefined) return;
  const stored = await blobs.find(digest);
  if (stored?.sizeBytes !== content.byteLength) await blobs.put(digest, content);
}

function toLinkKey({ kind, name }: TreeChange): LinkKey {
  return kind === 'tag' ? { kind, tag: parseTag(name) } : { kind, digest: parseDigest(name) };
}
