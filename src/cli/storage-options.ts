import type { Command } from 'commander';
import { loadConfiguration, type Settings } from '../app/index.ts';
import { printable } from '../kernel/index.ts';
import type { CommandContext } from './command-context.ts';

/** Options of every command that works on a registry. */
export interface StorageOptions {
  readonly root?: string;
  readonly config?: string;
}

export function addStorageOptions(command: Command): Command {
  return command
    .option('--root <dir>', 'where everything is kept (default: ./data)')
    .option('--config <file>', "registry:2's or registry:3's YAML configuration file");
}

/**
 * The same settings that `lading serve` would have: file, then `REGISTRY_*`, then flags. Warns of what `serve` would
 * warn of: a mistyped root would otherwise make this look in the wrong place and say nothing.
 */
export async function loadSettings(options: StorageOptions, context: CommandContext): Promise<Settings> {
  const { env, err } = context;
  const flags = { root: options.root };
  const { settings, warnings } = await loadConfiguration({ file: options.config, env, flags });
  for (const warning of warnings)
    await err.write(`${err.style('yellow', 'warning:')} ${printable(warning)}\n`);
  return settings;
}
