/** Many small images pushed by several clients, then the same again. */

import type { Aim, Measure, Scenario } from '../measure/types.ts';
import { jobLoad, operationsPerSecond } from './loads.ts';

const aims: readonly Aim[] = [{ over: 'best peer', factor: 3 }];
const common: Pick<Measure, 'unit' | 'better' | 'work' | 'aims'> = {
  unit: 'images/s',
  better: 'higher',
  work: 'image',
  aims,
};

export const images: Scenario = {
  name: 'images',
  title: 'Many small images',
  how: 'Up to 1,000 different images of 6 layers of 1–100 kB, each in a repository of its own, pushed by 8 clients as containerd does it (HEAD, POST, PUT for each blob; PUT of the manifest). A contender that is not through after 8 s ends there: the rate is of what it did. Then the same images again: every blob is present.',
  budgetSeconds: 200,
  baselines: ['sink'],
  measures: [
    { id: 'new', title: 'Push images that are new', ...common },
    { id: 'again', title: 'Push the same images again', ...common },
  ],
  async run(turn) {
    const { images: count, imageClients: clients, imagesDeadlineMs: deadlineMs } = turn.sizes;
    const server = await turn.start();
    const job = {
      kind: 'push-images',
      url: server.url,
      prefix: 'bench/image',
      seed: 'images',
      layers: 6,
      minBytes: 1_000,
      maxBytes: 100_000,
      clients,
      deadlineMs,
    } as const;
    let pushed = count;
    await turn.measure('new', server, () =>
      jobLoad(server, { ...job, images: count }, (result) => {
        pushed = result.operations;
        return operationsPerSecond(result);
      }),
    );
    // Nothing is present anywhere in the sink.
    if (turn.contender === 'sink') return;
    await turn.measure('again', server, () =>
      jobLoad(server, { ...job, images: pushed }, operationsPerSecond),
    );
  },
};
