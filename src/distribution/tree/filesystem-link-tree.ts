import { resolve } from 'node:path';
import { createIdleThread } from './idle-thread.ts';
import type { FileChange } from './link-files.ts';
import { type LinkLayout, linkLayout } from './link-layout.ts';
import type { LinkThreadAnswer } from './link-thread.ts';
import type { LinkChange, LinkTree } from './link-tree.ts';
import { TreeError } from './tree-error.ts';

/** A registry that nobody pushes to shall not hold a thread's memory; starting one takes some tens of milliseconds. */
const IDLE_MS = 5_000;

/**
 * Links as files below `root`, drawn in link-layout.ts, written by a thread that is there while needed: one link takes some
 * ten calls, and handing each to Node's pool of threads costs more than the call.
 */
export function createFilesystemLinkTree({ root }: { root: string }): LinkTree {
  const layout = linkLayout(resolve(root));
  const thread = createIdleThread<readonly FileChange[], LinkThreadAnswer>({
    file: new URL('./link-thread.ts', import.meta.url),
    workerData: { top: layout.root },
    idleMs: IDLE_MS,
  });

  return {
    async write(changes) {
      const drawn = changes.map((change) => drawOrRefuse(layout, change));
      const passed = drawn.flatMap((change) => (change instanceof Error ? [] : change));
      const answers = (await askThread(passed)).values();
      return drawn.map((change) => (change instanceof Error ? change : toError(answers.next().value)));
    },
  };

  async function askThread(changes: readonly FileChange[]): Promise<LinkThreadAnswer> {
    if (changes.length === 0) return [];
    try {
      return await thread.ask(changes);
    } catch (error) {
      throw new TreeError(
        'tree-unavailable',
        `The thread that writes link files ended (${error instanceof Error ? error.message : String(error)}). The next attempt starts another; if that does not help, restart the server.`,
        { cause: error },
      );
    }
  }
}

function toError(answer: LinkThreadAnswer[number]): TreeError | undefined {
  return answer && new TreeError(answer.code, answer.message, { cause: answer.cause });
}

function drawOrRefuse(layout: LinkLayout, change: LinkChange): FileChange | Error {
  try {
    return draw(layout, change);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function draw(layout: LinkLayout, { repository, key, link }: LinkChange): FileChange {
  const path = layout.linkPath(repository, key);
  if (link !== undefined) {
    const paths = key.kind === 'tag' ? [layout.tagIndexPath(repository, key.tag, link.target), path] : [path];
    return { paths, target: link.target, at: link.at };
  }
  switch (key.kind) {
    case 'layer':
      return { removed: path };
    case 'revision':
      // A repository that ever had a manifest is in the catalog, also when it was deleted before its link was made.
      return { removed: path, kept: layout.revisionsDir(repository) };
    case 'tag':
      return { removed: layout.tagDir(repository, key.tag) };
  }
}
