/** What contenders sync to disk before they answer a push, seen by strace. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection } from '../load/connection.ts';
import { makeImage } from '../load/image.ts';
import { pushImage } from '../load/push.ts';
import type { Measure, Scenario, Turn } from '../measure/types.ts';

const calls: Pick<Measure, 'unit' | 'better' | 'work'> = { unit: 'calls', better: 'higher', work: 'image' };

export const durability: Scenario = {
  name: 'durability',
  title: 'Durability',
  how: 'The fsync, fdatasync, sync_file_range and syncfs calls of a push of one image with one layer (three objects: layer, config, manifest), counted by strace. A file that is synced can still be lost with the power when the folder that names it is not. Who syncs less does less work in every push above and below.',
  budgetSeconds: 20,
  maxRounds: 1,
  measures: [
    { id: 'file-syncs', title: 'Syncs of files for one image', ...calls },
    { id: 'folder-syncs', title: 'Syncs of folders for one image', ...calls },
  ],
  async run(turn) {
    const log = join(turn.dir, 'strace.log');
    const server = await turn.start({
      wrapper: ['strace', '-f', '-y', '-qq', '-e', 'trace=fsync,fdatasync,sync_file_range,syncfs', '-o', log],
    });
    // What the start itself synced.
    await delay(500);
    const before = syncedPaths(log).length;
    const image = makeImage({ seed: 'durability', layers: 1, minBytes: 100_000, maxBytes: 100_000 });
    const connection = await openConnection(server.url);
    await pushImage(connection, 'bench/durability', 'latest', image);
    connection.close();
    // strace may still be writing down what came before the last answer.
    await delay(500);
    const paths = syncedPaths(log).slice(before);
    const folders = paths.filter(isFolder).length;
    const files = paths.length - folders;
    const asOutcome = (value: number) => async () => ({ value, work: 1, cpuSeconds: 0 });
    await turn.measure('file-syncs', server, asOutcome(files));
    await turn.measure('folder-syncs', server, asOutcome(folders));
    say(turn, files, folders);
    // strace lets go of what it watches when it is asked to end, and waits.
    await server.kill();
  },
};

function syncedPaths(log: string): string[] {
  const found = readFileSync(log, 'utf8').matchAll(
    /\b(?:fsync|fdatasync|sync_file_range|syncfs)\(\d+<([^>]*)>/g,
  );
  return [...found].map((match) => match[1] ?? '');
}

/** A file that was renamed since is gone; a folder stays. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function say({ contender, note }: Turn, files: number, folders: number): void {
  if (files + folders === 0) note(`${contender} syncs nothing: a push that it acknowledged may be lost.`);
  else if (folders === 0) {
    note(`${contender} syncs files but no folder: after a power cut a file may be whole and have no name.`);
  } else note(`${contender} syncs files and folders.`);
}
