import type { Database } from '../../db/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { getRepositoryIds, putBlobs, putManifests, putRepositories, putTags } from '../store/adoption.ts';
import { type AdoptionCounts, putAdoptionCursor } from '../store/adoption-state.ts';
import type { DistributionTables } from '../tables.ts';
import type { TreeFact } from './read-fact.ts';
import type { TreeProblem } from './tree-problem.ts';

/**
 * Puts facts, in the order of the tree, into the database, together with the note how far that goes: at a crash
 * either both are there or neither. Answers the counts so far and what could not be put.
 */
export async function commitFacts(
  db: Database<DistributionTables>,
  facts: readonly TreeFact[],
  before: AdoptionCounts,
): Promise<{ counts: AdoptionCounts; problems: TreeProblem[] }> {
  const repositories = facts.flatMap((fact) => (fact.kind === 'repository' ? fact : []));
  const blobs = facts.flatMap((fact) => (fact.kind === 'blob' ? fact.blob : []));
  const manifests = facts.flatMap((fact) => manifestOf(fact) ?? []);
  const tags = facts.flatMap((fact) => (fact.kind === 'tag' ? { ...fact.tag, fact } : []));

  return db.transaction(async (trx) => {
    await putRepositories(trx, repositories);
    const names = new Set([...blobs, ...manifests, ...tags].map(({ repository }) => repository));
    const ids = await getRepositoryIds(trx, names);
    await putBlobs(trx, ids, blobs);
    await putManifests(trx, ids, manifests);
    const dangling = new Set<TreeFact>((await putTags(trx, ids, tags)).map(({ fact }) => fact));

    const counts = { ...before };
    const problems: TreeProblem[] = [];
    let done: { repository: RepositoryName; counts: AdoptionCounts } | undefined;
    for (const fact of facts) {
      const problem = problemOf(fact, dangling);
      if (problem) {
        problems.push(problem);
        counts.problems += 1;
      } else if (fact.kind === 'end') {
        counts.repositories += 1;
        done = { repository: fact.repository, counts: { ...counts } };
      } else if (fact.kind === 'blob') counts.blobs += 1;
      else if (fact.kind === 'tag') counts.tags += 1;
      if (manifestOf(fact)) counts.manifests += 1;
    }
    if (done) await putAdoptionCursor(trx, done);
    return { counts, problems };
  });
}

function manifestOf(fact: TreeFact) {
  return fact.kind === 'manifest' || fact.kind === 'tag' ? fact.manifest : undefined;
}

function problemOf(fact: TreeFact, dangling: ReadonlySet<TreeFact>): TreeProblem | undefined {
  if (fact.kind === 'problem') return fact.problem;
  if (fact.kind !== 'tag' || !dangling.has(fact)) return undefined;
  const text = `The manifest ${fact.tag.digest} that the tag points at could not be taken over.`;
  return { kind: 'tag-dangling', path: fact.path, text };
}
