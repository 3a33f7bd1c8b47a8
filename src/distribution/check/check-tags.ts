import { allTagRows } from '../store/stored-facts.ts';
import type { CheckContext } from './check-context.ts';

/** Looks whether every tag points at a manifest of its repository. Answers how many tags there are. */
export async function checkTags({ db, signal, found }: CheckContext): Promise<number> {
  let count = 0;
  for await (const { repository, tag, digest, isSound } of allTagRows(db.reads)) {
    signal?.throwIfAborted();
    count += 1;
    if (isSound === 1) continue;
    const text = `The tag points at ${digest}, which the repository does not have: push the image again.`;
    found({ kind: 'tag-dangling', severity: 'problem', repository, digest, tag, text });
  }
  return count;
}
