import type { RepositoryName } from '../../oci/index.ts';
import { findLinkFact } from '../store/links.ts';
import { allBlobRows, allManifestRows, allTagRows, isTreeChangePending } from '../store/stored-facts.ts';
import { recordTreeChanges } from '../store/tree-changes.ts';
import { forEachConcurrently } from '../tree/for-each-concurrently.ts';
import type { LinkKey, LinkLayout } from '../tree/link-layout.ts';
import { listLinks } from '../tree/list-links.ts';
import { readLink } from '../tree/read-link.ts';
import { TreeError } from '../tree/tree-error.ts';
import type { TreeProblem } from '../tree/tree-problem.ts';
import { walkRepositories } from '../tree/walk-repositories.ts';
import type { CheckContext } from './check-context.ts';

const CONCURRENCY = 8;

interface Place {
  readonly repository: RepositoryName;
  readonly key: LinkKey;
}

/**
 * Compares the link tree with the database, both ways. A wrong or missing link is written anew by a repair (which
 * records it for the trail). A link that the database does not know is left alone, also by a repair: it may be what
 * an adoption could not take over. Answers how many links there should be.
 */
export async function checkLinks(context: CheckContext, layout: LinkLayout): Promise<number> {
  let count = 0;
  await forEachConcurrently(placesOfFacts(context), {
    concurrency: CONCURRENCY,
    async work(place) {
      context.signal?.throwIfAborted();
      count += 1;
      await checkPlace(context, layout, place);
    },
  });
  await forEachConcurrently(placesOfLinks(layout), {
    concurrency: CONCURRENCY,
    async work(found) {
      context.signal?.throwIfAborted();
      if ('key' in found) await checkKnown(context, layout, found);
      else reportUnusual(context, found);
    },
  });
  return count;
}

async function* placesOfFacts({ db }: CheckContext): AsyncGenerator<Place> {
  for await (const { repository, digest } of allBlobRows(db.reads)) {
    yield { repository, key: { kind: 'layer', digest } };
  }
  for await (const { repository, digest } of allManifestRows(db.reads)) {
    yield { repository, key: { kind: 'revision', digest } };
  }
  for await (const { repository, tag } of allTagRows(db.reads))
    yield { repository, key: { kind: 'tag', tag } };
}

async function* placesOfLinks(layout: LinkLayout): AsyncGenerator<Place | TreeProblem> {
  for await (const walked of walkRepositories(layout, undefined)) {
    if (walked.kind === 'problem') yield walked.problem;
    else {
      for await (const listed of listLinks(layout, walked.repository)) {
        yield listed.kind === 'problem' ? listed.problem : listed;
      }
    }
  }
}

/** In which order they are read, they may differ while the server works: only what stays different counts. */
const LOOKS = 3;

async function checkPlace(context: CheckContext, layout: LinkLayout, place: Place): Promise<void> {
  const { repository, key } = place;
  for (let look = 1; look <= LOOKS; look++) {
    const fact = await findLinkFact(context.db.reads, repository, key);
    const target = await findTarget(layout, place);
    if (fact === undefined || fact.target === target) return;
    if (await isPending(context, place)) return;
  }
  if (context.isRepairing) {
    await context.db.transaction((trx) =>
      recordTreeChanges(trx, repository, [{ kind: key.kind, name: nameOf(key) }]),
    );
  }
  context.found({
    kind: 'link-wrong',
    severity: 'problem',
    repository,
    ...inFinding(key),
    text: `The link file is missing or wrong: ${layout.linkPath(repository, key)}`,
    ...(context.isRepairing && { repair: 'Written anew.' }),
  });
}

async function checkKnown(context: CheckContext, layout: LinkLayout, place: Place): Promise<void> {
  const { repository, key } = place;
  for (let look = 1; look <= LOOKS; look++) {
    if ((await findTarget(layout, place)) === undefined) return;
    if (await findLinkFact(context.db.reads, repository, key)) return;
    if (await isPending(context, place)) return;
  }
  const text = `The database does not know what this link says: ${layout.linkPath(repository, key)}`;
  context.found({ kind: 'link-stray', severity: 'note', repository, ...inFinding(key), text });
}

function reportUnusual({ found }: CheckContext, { path, text }: TreeProblem): void {
  found({ kind: 'tree-unusual', severity: 'note', text: `${path}: ${text}` });
}

/** A link that cannot be read says nothing. */
async function findTarget(layout: LinkLayout, { repository, key }: Place): Promise<string | undefined> {
  try {
    return (await readLink(layout.linkPath(repository, key)))?.target;
  } catch (error) {
    if (error instanceof TreeError && error.code === 'tree-damaged') return undefined;
    throw error;
  }
}

function isPending({ db }: CheckContext, { repository, key }: Place): Promise<boolean> {
  return isTreeChangePending(db.reads, { kind: key.kind, name: nameOf(key), repository });
}

function nameOf(key: LinkKey): string {
  return key.kind === 'tag' ? key.tag : key.digest;
}

function inFinding(key: LinkKey) {
  return key.kind === 'tag' ? { tag: key.tag } : { digest: key.digest };
}
