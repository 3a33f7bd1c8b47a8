import type { Command } from 'commander';
import { loadConfiguration, type Settings } from '../app/index.ts';

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

/** The same settings that `lading serve` would have: file, then `REGISTRY_*`, then flags. */
export async function loadSettings(
  options: StorageOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const flags = { root: options.root };
  return (await loadConfiguration({ file: options.config, env, flags })).settings;
}
