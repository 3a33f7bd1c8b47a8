/** Which contenders sync to disk before they answer a push, seen by strace. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection } from '../load/connection.ts';
import { makeImage } from '../load/image.ts';
import { pushImage } from '../load/push.ts';
import type { Scenario, Turn } from '../measure/types.ts';

export const durability: Scenario = {
  name: 'durability',
  title: 'Durability',
  how: 'The fsync, fdatasync, sync_file_range and syncfs calls of a push of one image with one layer (three objects: layer, config, manifest), counted by strace. None means that a 201 is only in the page cache: such a contender does less work in every push above.',
  maxRounds: 1,
  measures: [
    { id: 'syncs', title: 'Sync calls for one image', unit: 'calls', better: 'higher', work: 'image' },
  ],
  async run(turn) {
    const log = join(turn.dir, 'strace.log');
    const server = await turn.start({
      wrapper: ['strace', '-f', '-qq', '-e', 'trace=fsync,fdatasync,sync_file_range,syncfs', '-o', log],
    });
    const before = countSyncs(log);
    const image = makeImage({ seed: 'durability', layers: 1, minBytes: 100_000, maxBytes: 100_000 });
    const connection = await openConnection(server.url);
    await pushImage(connection, 'bench/durability', 'latest', image);
    connection.close();
    // What comes after the answer is not what made the push durable, but strace may still be writing what was before.
    await delay(200);
    const syncs = countSyncs(log) - before;
    await turn.measure('syncs', server, async () => ({ value: syncs, work: 1, cpuSeconds: 0 }));
    noteOf(turn, syncs);
  },
};

function countSyncs(log: string): number {
  return readFileSync(log, 'utf8').match(/\b(?:fsync|fdatasync|sync_file_range|syncfs)\(/g)?.length ?? 0;
}

function noteOf(turn: Turn, syncs: number): void {
  turn.note(
    syncs === 0
      ? `${turn.contender} syncs nothing: a push that it acknowledged can be lost with the power.`
      : `${turn.contender} syncs (${syncs} calls for one image).`,
  );
}
