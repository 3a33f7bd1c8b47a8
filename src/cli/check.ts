import { Command } from 'commander';
import { followFacts, type Storage } from '../app/index.ts';
import { type CheckReport, checkRegistry, type Finding } from '../distribution/index.ts';
import { printable, silentLogger } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { countOf } from './count-of.ts';
import { createStatusLine } from './create-status-line.ts';
import { formatByteProgress } from './format-byte-progress.ts';
import { formatBytes } from './format-bytes.ts';
import { jsonLine } from './json-line.ts';
import { openExistingStorage } from './open-existing-storage.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface CheckOptions extends StorageOptions {
  readonly json?: true;
  readonly repair?: true;
}

export function checkCommand(context: CommandContext): Command {
  const command = new Command('check')
    .description('read everything back and say what is damaged; exit code 1 if anything is')
    .option(
      '--repair',
      'put damaged blobs aside, so that a push heals them; deletes nothing; stop the server first',
    )
    .option('--json', 'one JSON object a line: each finding, at the end the report')
    .action((options: CheckOptions) => check(context, options))
    .addHelpText(
      'after',
      `
Reads each blob and compares it with its digest, then each manifest, tag and link file. A server may be running.
Problems are what cannot be pulled, or would be lost with the database; notes are only worth knowing.

Examples:
  lading check
  lading check --repair
  lading check --json | jq 'select(.severity == "problem")'`,
    );
  return addStorageOptions(command);
}

async function check(context: CommandContext, options: CheckOptions): Promise<void> {
  const settings = await loadSettings(options, context);
  const json = options.json === true;
  const isRepairing = options.repair === true;
  await using storage = await openExistingStorage({
    storage: settings.storage,
    // The trail that repairs need must be the only one of the root.
    exclusive: isRepairing,
    clock: context.clock,
  });
  const report = await run(context, storage, { json, isRepairing });
  await context.out.write(json ? jsonLine({ report }) : describe(report));
  if (report.problems === 0) return;
  const found = `${countOf(report.problems, 'problem')} found`;
  throw new CliError(
    'problems-found',
    isRepairing
      ? `${found}, ${report.repaired} repaired as far as it goes without a push.`
      : `${found}. To repair what can be, stop the server and run: lading check --repair`,
  );
}

async function run(
  { out, err, clock }: CommandContext,
  storage: Storage,
  { json, isRepairing }: { json: boolean; isRepairing: boolean },
): Promise<CheckReport> {
  const { db, blobs, root } = storage;
  await using stack = new AsyncDisposableStack();
  const repair = isRepairing && { trail: stack.use(followFacts(storage, silentLogger)) };
  const status = createStatusLine(err, clock);
  let written: Promise<unknown> = Promise.resolve();
  const write = (text: string) => {
    status.clear();
    written = written.then(() => out.write(text));
    // Thrown at the end: a report that nobody can read must not stop a repair half way.
    written.catch(() => {});
  };
  const report = await checkRegistry({
    db,
    blobs,
    root,
    ...(repair && { repair }),
    onFinding(finding) {
      if (json) write(jsonLine(finding));
      // After many deletions there may be more of these than anybody wants to see; the report counts them.
      else if (finding.kind !== 'blob-orphan') write(describeFinding(finding, out.style));
    },
    onProgress: ({ stage, bytesDone, bytesTotal }) =>
      status.show((elapsedMs) =>
        stage === 'blobs'
          ? formatByteProgress({ doneBytes: bytesDone, totalBytes: bytesTotal, elapsedMs })
          : `${formatBytes(bytesDone)} read, now the ${stage === 'facts' ? 'manifests and tags' : 'link files'}`,
      ),
  });
  status.clear();
  await written;
  return report;
}

function describeFinding(finding: Finding, style: CommandContext['out']['style']): string {
  const { severity, kind, repository, tag, digest, text, repair } = finding;
  const about = [repository, tag !== undefined && `:${tag}`, digest !== undefined && `@${digest}`];
  const name = about.filter(Boolean).join('').replace(/^@/, '');
  const title = style(severity === 'problem' ? 'red' : 'yellow', `${severity} ${kind}`);
  const lines = [[title, name].filter(Boolean).join(' '), `  ${printable(text)}`];
  if (repair !== undefined) lines.push(`  Repaired: ${printable(repair)}`);
  return `${lines.join('\n')}\n`;
}

function describe(report: CheckReport): string {
  const { blobs, bytes, manifests, tags, links, orphans, orphanBytes, problems, notes } = report;
  const read = [
    `${countOf(blobs, 'blob')} (${formatBytes(bytes)})`,
    countOf(manifests, 'manifest'),
    countOf(tags, 'tag'),
    countOf(links, 'link file'),
  ].join(', ');
  const lines = [`Read back ${read}: ${countOf(problems, 'problem')}, ${countOf(notes, 'note')}.`];
  if (orphans > 0) {
    lines.push(`No repository refers to ${countOf(orphans, 'blob')} of these (${formatBytes(orphanBytes)}).`);
  }
  return `${lines.join('\n')}\n`;
}
