import { Command } from 'commander';
import { type ChainLink, createCheckpointFile, type Verification, verifyLog } from '../audit/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { countOf } from './count-of.ts';
import { createStatusLine } from './create-status-line.ts';
import { auditExportCommand, auditListCommand } from './hub/audit-log.ts';
import { jsonLine } from './json-line.ts';
import { openExistingStorage } from './open-existing-storage.ts';
import { requireRoot } from './registry-root.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface VerifyOptions extends StorageOptions {
  readonly json?: true;
  readonly head?: ChainLink;
}

export function auditCommand(context: CommandContext): Command {
  return new Command('audit')
    .description('the audit log: who did what')
    .addCommand(verifyCommand(context))
    .addCommand(auditListCommand(context))
    .addCommand(auditExportCommand(context))
    .addHelpText(
      'after',
      `
Examples:
  lading audit verify                                on the data root, without a server
  lading audit list --namespace acme --outcome refused
  lading audit export --since 2026-01-01 > audit.jsonl`,
    );
}

/** Looks at the data root, without asking a server. */
function verifyCommand(context: CommandContext): Command {
  const command = new Command('verify')
    .description(
      'check on the data root that nothing in the audit log was changed; exit code 1 if anything was',
    )
    .option('--head <line:hash>', 'a head of the log that was written down elsewhere', parseHead)
    .option('--json', 'one JSON object')
    .action((options: VerifyOptions) => verify(context, options))
    .addHelpText(
      'after',
      `
Walks the log from its first line to its last and computes each hash anew. A server may be running. The end is compared
with lading/audit-head.json, which the server keeps. Who can write to the whole root can change both: the server's log
tells the head once an hour ("head of the audit log"), and each run of this command does. Keep one elsewhere.

Examples:
  lading audit verify
  lading audit verify --head 1042:5d41…`,
    );
  return addStorageOptions(command);
}

async function verify(context: CommandContext, options: VerifyOptions): Promise<void> {
  const settings = await loadSettings(options, context);
  const root = requireRoot(settings.storage);
  await using storage = await openExistingStorage({
    storage: settings.storage,
    exclusive: false,
    clock: context.clock,
  });
  // Before the lines are read: more may come meanwhile, none may go.
  const kept = await createCheckpointFile(root).find();
  const checkpoints = [kept, options.head].filter((link) => link !== undefined);
  const status = createStatusLine(context.err, context.clock);
  const verification = await verifyLog(storage.db.reads, {
    checkpoints,
    onProgress: (lines) => status.show(() => `${countOf(lines, 'line')} good`),
  });
  status.clear();
  await context.out.write(
    options.json ? jsonLine({ ...verification, checkpoint: kept ?? null }) : describe(verification, kept),
  );
  if (!verification.broken) return;
  const { sequence } = verification.broken;
  throw new CliError(
    'problems-found',
    `The audit log is broken at line ${sequence}. Compare with an export or a backup from before.`,
  );
}

function describe({ lines, head, broken }: Verification, kept: ChainLink | undefined): string {
  if (broken) return `broken at line ${broken.sequence} (${broken.kind}): ${broken.text}\n`;
  const end = head.sequence === 0 ? 'It is empty.' : `Its head is ${head.sequence}:${head.hash}`;
  const against = kept
    ? `Compared with the checkpoint at line ${kept.sequence}.`
    : 'There is no checkpoint to compare its end with.';
  return `${countOf(lines, 'line')}, all as they were written. ${against}\n${end}\n`;
}

function parseHead(text: string): ChainLink {
  const match = /^(\d{1,15}):([\da-f]{64})$/.exec(text);
  if (match) return { sequence: Number(match[1]), hash: match[2] ?? '' };
  throw new CliError('usage', '--head is LINE:HASH, as this command and the log of the server tell it.');
}
