import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlobStore } from '../../blob/index.ts';
import type { Database } from '../../db/index.ts';
import { type Digest, parseDigest, parseTag } from '../../oci/index.ts';
import { findLinkFact, findManifestContent } from '../store/links.ts';
import type { TreeChange } from '../store/tree-changes.ts';
import type { DistributionTables } from '../tables.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { LinkKey } from './link-layout.ts';
import type { LinkChange, LinkTree } from './link-tree.ts';

export interface FollowContext {
  readonly db: Database<DistributionTables>;
  readonly blobs: BlobStore;
  readonly tree: LinkTree;
}

/** Facts looked up before others have a turn: a look takes some 10 µs of the main thread. */
const FACTS_PER_TURN = 64;
/** Manifests published at once. Each is as large as one may be (4 MB) at most. */
const MANIFESTS_AT_ONCE = 4;

/**
 * Makes the tree agree with what the database says now of these facts, of which each is named once. Answers in their order:
 * undefined if that is done and durable, else why not. Throws when nothing can be said of any.
 */
export async function followChanges(
  context: FollowContext,
  changes: readonly TreeChange[],
): Promise<readonly (Error | undefined)[]> {
  const failures = new Map<number, Error>();
  const attempt = async (index: number, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failures.set(index, error instanceof Error ? error : new Error(String(error)));
    }
  };

  const links = new Map<number, LinkChange>();
  for (const [index, change] of changes.entries()) {
    if (index % FACTS_PER_TURN === FACTS_PER_TURN - 1) await nextTurn();
    await attempt(index, async () => void links.set(index, await lookUp(context, change)));
  }

  // Before their links: a link that leads nowhere would be an error to registry:2.
  await forEachConcurrently(links, {
    concurrency: MANIFESTS_AT_ONCE,
    work: async ([index, { key, link }]) => {
      if (key.kind === 'revision' && link) await attempt(index, () => publishManifest(context, key.digest));
    },
  });
  for (const index of failures.keys()) links.delete(index);

  const errors = (await context.tree.write([...links.values()])).values();
  for (const index of links.keys()) {
    const error = errors.next().value;
    if (error) failures.set(index, error);
  }
  return changes.map((_, index) => failures.get(index));
}

async function lookUp({ db }: FollowContext, change: TreeChange): Promise<LinkChange> {
  const { repository } = change;
  const key = toLinkKey(change);
  return { repository, key, link: await findLinkFact(db.reads, repository, key) };
}

async function publishManifest({ db, blobs }: FollowContext, digest: Digest): Promise<void> {
  const content = await findManifestContent(db.reads, digest);
  if (content === undefined) return;
  const stored = await blobs.find(digest);
  if (stored?.sizeBytes !== content.byteLength) await blobs.put(digest, content);
}

function toLinkKey({ kind, name }: TreeChange): LinkKey {
  return kind === 'tag' ? { kind, tag: parseTag(name) } : { kind, digest: parseDigest(name) };
}
