import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { lsRepositories } from './ls-repositories.ts';
import { lsTags } from './ls-tags.ts';
import { openExistingStorage } from './open-existing-storage.ts';
import { parseRepositoryArgument } from './parse-image-argument.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface LsOptions extends StorageOptions {
  readonly json?: true;
}

export function lsCommand(context: CommandContext): Command {
  const command = new Command('ls')
    .description('list the repositories, or the tags of one')
    .argument('[repository]', 'the repository whose tags to list')
    .option('--json', 'one JSON object a line, with whole digests, sizes in bytes and times in UTC')
    .action((name: string | undefined, options: LsOptions) => ls(context, name, options))
    .addHelpText(
      'after',
      `
Examples:
  lading ls                                   every repository
  lading ls team/app                          the tags of one
  lading ls team/app --json | jq -r .digest   for scripts`,
    );
  return addStorageOptions(command);
}

async function ls(context: CommandContext, name: string | undefined, options: LsOptions): Promise<void> {
  const repository = name === undefined ? undefined : parseRepositoryArgument(name);
  const settings = await loadSettings(options, context);
  await using storage = await openExistingStorage({
    storage: settings.storage,
    exclusive: false,
    clock: context.clock,
  });
  const json = options.json === true;
  if (repository === undefined) await lsRepositories(context, { db: storage.db, json });
  else await lsTags(context, { db: storage.db, json, repository });
}
