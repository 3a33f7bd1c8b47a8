/** From the start of the process to the first answer, and how fast Lading takes over a volume. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario, Turn } from '../measure/types.ts';
import { FIRST_START_LIMIT_MS, fixtureFor } from './fixture-for.ts';

export const start: Scenario = {
  name: 'start',
  title: 'Start and adoption',
  how: 'Time from starting the process until `GET /v2/` answers 200. Every contender has started on the volume once before; for Lading that first start is the adoption. The volume is in the page cache.',
  budgetSeconds: 190,
  measures: [
    {
      id: 'ready',
      title: 'Start to ready with 100,000 repositories',
      unit: 'ms',
      better: 'lower',
      work: 'start',
      limit: 1_000,
    },
    {
      id: 'adopt-some',
      title: 'Adoption of a registry:2 volume of 10,000 repositories',
      unit: 'repositories/s',
      better: 'higher',
      work: 'repository',
    },
    {
      id: 'adopt-many',
      title: 'Adoption of a registry:2 volume of 100,000 repositories and one of 100,000 tags',
      unit: 'repositories/s',
      better: 'higher',
      work: 'repository',
    },
  ],
  async run(turn) {
    const many = fixtureFor(turn, 'many');
    if (turn.contender === 'lading') {
      await adopt(turn, 'adopt-some', fixtureFor(turn, 'some'));
      if (turn.round === 1) await adopt(turn, 'adopt-many', many);
    } else {
      const first = await turn.start({ root: many.root, readyLimitMs: FIRST_START_LIMIT_MS });
      await first.stop();
    }
    const server = await turn.start({ root: many.root, readyLimitMs: FIRST_START_LIMIT_MS });
    const { readyMs } = server;
    await turn.measure('ready', server, async () => ({
      value: readyMs,
      work: 1,
      cpuSeconds: server.cpuSeconds(),
    }));
  },
};

async function adopt(turn: Turn, id: string, volume: { root: string; repositories: number }): Promise<void> {
  const { root, repositories } = volume;
  rmSync(join(root, 'lading'), { recursive: true, force: true });
  const server = await turn.start({ root, readyLimitMs: FIRST_START_LIMIT_MS });
  await turn.measure(id, server, async () => ({
    value: (repositories * 1000) / server.readyMs,
    work: repositories,
    cpuSeconds: server.cpuSeconds(),
  }));
  await server.stop();
}
