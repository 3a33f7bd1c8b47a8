import { appendFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../../kernel/index.ts';
import { onTree } from './on-tree.ts';
import type { TreeProblem } from './tree-problem.ts';

/** How many problems are logged and kept in memory; the file has them all. */
const PROBLEMS_SHOWN = 1000;

/** Tells the operator what could not be adopted. An adoption that was broken off may write its last few twice. */
export interface AdoptionReport {
  /** The first ones. */
  readonly problems: readonly TreeProblem[];
  add(problems: readonly TreeProblem[]): Promise<void>;
}

/** `file` gets one line of JSON for each problem, and is not there if there are none. */
export async function openAdoptionReport(options: {
  file: string;
  /** Whether an adoption goes on that was broken off. */
  isContinued: boolean;
  log: Logger;
}): Promise<AdoptionReport> {
  const { file, isContinued, log } = options;
  if (!isContinued) await onTree('remove an old report', file, () => rm(file, { force: true }));
  const shown: TreeProblem[] = [];
  return {
    problems: shown,
    async add(problems) {
      if (problems.length === 0) return;
      for (const problem of problems.slice(0, PROBLEMS_SHOWN - shown.length)) {
        shown.push(problem);
        log.warn(problem, 'not adopted');
        if (shown.length === PROBLEMS_SHOWN) log.warn({ file }, 'more problems are in the report only');
      }
      await onTree('write the report', file, async () => {
        await mkdir(dirname(file), { recursive: true });
        await appendFile(file, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
      });
    },
  };
}
