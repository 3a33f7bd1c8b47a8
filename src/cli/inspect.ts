import { Command } from 'commander';
import { findManifest } from '../distribution/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { inspectManifest } from './inspect-manifest.ts';
import { openExistingStorage } from './open-existing-storage.ts';
import { parseImageArgument } from './parse-image-argument.ts';
import { inspectionJson, inspectionText } from './render-inspection.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface InspectOptions extends StorageOptions {
  readonly json?: true;
  readonly raw?: true;
}

export function inspectCommand(context: CommandContext): Command {
  const command = new Command('inspect')
    .description('show what a tag or digest stands for')
    .argument('<ref>', 'REPOSITORY[:TAG|@DIGEST]; without tag or digest, the tag latest')
    .option('--json', 'one JSON object')
    .option('--raw', 'the bytes of the manifest, exactly as pushed')
    .action((ref: string, options: InspectOptions) => inspect(context, ref, options))
    .addHelpText(
      'after',
      `
Examples:
  lading inspect team/app:1.0                     digest, sizes, platforms, layers, annotations, referrers
  lading inspect team/app:1.0 --raw | sha256sum   its digest, computed anew
  lading inspect team/app:1.0 --json | jq .layers`,
    );
  return addStorageOptions(command);
}

async function inspect(context: CommandContext, ref: string, options: InspectOptions): Promise<void> {
  const { out, clock } = context;
  if (options.raw && options.json) {
    throw new CliError('usage', '--raw and --json exclude each other: give one of them.');
  }
  const { repository, reference } = parseImageArgument(ref);
  const settings = await loadSettings(options, context);
  await using storage = await openExistingStorage({ storage: settings.storage, exclusive: false, clock });
  const manifest = await findManifest(storage.db.reads, repository, reference);
  if (manifest === undefined) {
    const name = reference.kind === 'tag' ? `:${reference.tag}` : `@${reference.digest}`;
    throw new CliError(
      'not-found',
      `There is no manifest ${repository}${name}. To see the tags: lading ls ${repository}`,
    );
  }
  if (options.raw) {
    await out.write(manifest.content);
    return;
  }
  const inspected = await inspectManifest(storage, { repository, manifest });
  await out.write(options.json ? inspectionJson(inspected) : inspectionText(inspected, out));
}
