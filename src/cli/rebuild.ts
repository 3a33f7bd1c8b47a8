import { Command } from 'commander';
import { type RebuiltStorage, rebuildStorage } from '../app/index.ts';
import type { AdoptionCounts } from '../distribution/index.ts';
import { printable, silentLogger } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { countOf } from './count-of.ts';
import { createStatusLine } from './create-status-line.ts';
import { jsonLine } from './json-line.ts';
import { assertTreeExists, requireRoot } from './registry-root.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface RebuildOptions extends StorageOptions {
  readonly json?: true;
}

export function rebuildCommand(context: CommandContext): Command {
  const command = new Command('rebuild')
    .description('make the database anew from the files; the old one is kept')
    .option('--json', 'one JSON object')
    .action((options: RebuildOptions) => rebuild(context, options))
    .addHelpText(
      'after',
      `
For a database that is damaged or lost: repositories and tags are read from the files under docker/registry/v2. Stop
the server first. When it is interrupted, the old database is still in place. Accounts and their rights are in the
old database alone: exit code 1 if the registry had some and not all of them came over.

Examples:
  lading rebuild
  lading rebuild --root /var/lib/registry`,
    );
  return addStorageOptions(command);
}

async function rebuild(context: CommandContext, options: RebuildOptions): Promise<void> {
  const settings = await loadSettings(options, context);
  const root = requireRoot(settings.storage);
  await assertTreeExists(root);
  const rebuilt = await rebuildWithProgress(context, root);
  if (options.json) await context.out.write(jsonLine(rebuilt));
  else await report(context, rebuilt);
  if (hasLostAccounts(rebuilt)) {
    throw new CliError(
      'partly-failed',
      'This registry had accounts, and they or some of their rights did not come over: nothing but the old database held them. It stays closed. Put a backup of the database in its place (docs/RELIABILITY.md), or make an administrator, who makes the others again: lading admin create NAME.',
    );
  }
}

/** What search keeps is made anew by the next start. */
function hasLostAccounts({ hadAccounts, carriedOver }: RebuiltStorage): boolean {
  if (!hadAccounts) return false;
  const rows = carriedOver?.tables.find(({ name }) => name === 'account')?.rows ?? 0;
  return rows === 0 || (carriedOver?.lost ?? []).some(({ name }) => !name.startsWith('search_'));
}

async function rebuildWithProgress({ err, clock }: CommandContext, root: string): Promise<RebuiltStorage> {
  const status = createStatusLine(err, clock);
  try {
    return await rebuildStorage({
      root,
      clock,
      log: silentLogger,
      onProgress: (counts) => status.show(() => `${describe(counts)} so far`),
    });
  } finally {
    status.clear();
  }
}

async function report({ out, err }: CommandContext, rebuilt: RebuiltStorage): Promise<void> {
  const { counts, problems, oldFile, unreadable, carriedOver, reportFile } = rebuilt;
  for (const problem of problems) {
    await err.write(
      `${err.style('yellow', `${problem.kind}:`)} ${printable(`${problem.path}: ${problem.text}`)}\n`,
    );
  }
  await out.write(`The database has ${describe(counts)}.\n`);
  if (oldFile !== undefined) await out.write(`The old one is kept as ${printable(oldFile)}\n`);
  const rows = carriedOver?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0;
  if (rows > 0)
    await out.write(`${countOf(rows, 'row')} of accounts, roles and the like came over from it.\n`);
  if (unreadable !== undefined) {
    await err.write(
      `The old one could not be read to its end, so what was pushed or removed last may be missing or there again: ${printable(unreadable)}\n`,
    );
  }
  for (const { name, reason } of carriedOver?.lost ?? []) {
    await err.write(`${err.style('yellow', 'lost:')} ${printable(`${name}: ${reason}`)}\n`);
  }
  if (counts.problems > 0) {
    await err.write(
      `${countOf(counts.problems, 'place')} could not be read and ${counts.problems === 1 ? 'was' : 'were'} left out; see ${printable(reportFile)}\n`,
    );
  }
}

function describe({ repositories, manifests, tags, blobs }: AdoptionCounts): string {
  return [
    countOf(repositories, 'repository'),
    countOf(manifests, 'manifest'),
    countOf(tags, 'tag'),
    countOf(blobs, 'blob link'),
  ].join(', ');
}
