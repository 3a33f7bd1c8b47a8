/**
 * The long soak: `node test/faults/soak.ts [MINUTES]`, 120 without. Prints a line for each turn; exit code 1 when memory or
 * handles grow, something acknowledged is missing, or a check finds a problem. Needs some GB below TMPDIR.
 */
import { chooseSeed } from './harness/random.ts';
import { runSoak } from './harness/run-soak.ts';

const minutes = Number(process.argv[2] ?? 120);
const seed = chooseSeed();
console.log(`${minutes} minutes, LADING_FAULT_SEED=${seed}`);
await runSoak({
  durationMs: minutes * 60_000,
  seed,
  onSample({ atMs, residentBytes, handles, acknowledged }) {
    const resident = Math.round(residentBytes / 1024 / 1024);
    console.log(`${Math.round(atMs / 1000)} s: ${acknowledged} changes, ${resident} MiB, ${handles} handles`);
  },
});
console.log('Flat, and all is there.');
