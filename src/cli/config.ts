import { Command } from 'commander';
import { loadConfiguration } from '../app/index.ts';
import { printable } from '../kernel/index.ts';
import type { CommandContext } from './command-context.ts';
import { createTable } from './create-table.ts';
import { jsonLine } from './json-line.ts';
import { addStorageOptions, type StorageOptions } from './storage-options.ts';

interface ConfigOptions extends StorageOptions {
  readonly json?: true;
}

export function configCommand(context: CommandContext): Command {
  const command = new Command('config')
    .description('show the configuration in effect and where each value comes from, secrets masked')
    .option('--json', 'one JSON object a line')
    .action((options: ConfigOptions) => config(context, options))
    .addHelpText(
      'after',
      `
A flag wins over the environment (REGISTRY_HTTP_ADDR for http.addr, and so on), and that over the file.

Examples:
  lading config
  lading config --config /etc/docker/registry/config.yml
  REGISTRY_HTTP_ADDR=:8443 lading config --json | jq 'select(.from != "default")'`,
    );
  return addStorageOptions(command);
}

async function config(context: CommandContext, options: ConfigOptions): Promise<void> {
  const { out, err, env } = context;
  const { entries, warnings } = await loadConfiguration({
    file: options.config,
    env,
    flags: { root: options.root },
  });
  for (const warning of warnings) await err.write(`${err.style('yellow', 'warning:')} ${warning}\n`);
  if (options.json) {
    await out.write(
      entries
        .map(({ key, value, origin, secret }) => jsonLine({ key, value, from: origin, secret }))
        .join(''),
    );
    return;
  }
  const table = createTable(out, [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'FROM' }]);
  await table.write(
    entries.map(({ key, value, origin }) => [printable(key), printable(show(value)), printable(origin)]),
  );
}

function show(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
