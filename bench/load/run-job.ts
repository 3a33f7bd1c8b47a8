import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Job, JobResult } from './job.ts';

/** Longer than any job: a generator that hangs ends here. */
const LIMIT_MS = 900_000;

/**
 * Runs one job in a process of its own, so that neither the harness nor an earlier job takes time from it.
 * `onReady` runs when all is prepared and nothing is sent yet.
 */
export async function runJob(job: Job, onReady: () => void = () => {}): Promise<JobResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  // Ended with an error, it does not read any more; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(job)}\n`);
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  try {
    let result: JobResult | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') {
        onReady();
        child.stdin.write('go\n');
      } else {
        result = JSON.parse(line) as JobResult;
      }
    }
    const code = await ended;
    if (!result) throw new Error(`the load generator (${job.kind}) ended with ${code}`);
    return result;
  } finally {
    process.off('exit', killed);
    child.kill('SIGKILL');
  }
}
