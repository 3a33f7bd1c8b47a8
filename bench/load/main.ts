/** The load generator's process: reads a job, prepares, says `ready`, waits for a line, works, answers. */

import { createInterface } from 'node:readline';
import type { Job, JobResult } from './job.ts';
import { prepare } from './work.ts';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value ?? '') as Job;
const work = await prepare(job);
process.stdout.write('ready\n');
await lines.next();
const began = performance.now();
const cpuBefore = process.cpuUsage();
const done = await work();
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const result: JobResult = { ...done, seconds, loadCpuSeconds: (user + system) / 1e6 };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
