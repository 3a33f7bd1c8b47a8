import { readFile as readFileFromDisk } from 'node:fs/promises';
import { applyEnvironment } from './apply-environment.ts';
import { buildSettings } from './build-settings.ts';
import { checkRelations, listChoices } from './check-relations.ts';
import { checkTree } from './check-tree.ts';
import { ConfigurationError } from './configuration-error.ts';
import { keys } from './keys.ts';
import { type Entry, listEntries } from './list-entries.ts';
import { version } from './other-keys.ts';
import { readTree } from './read-tree.ts';
import { buildSchema, listPaths } from './schema.ts';
import type { Settings } from './settings.ts';
import { settleTree } from './settle-tree.ts';
import { emptyBlock, findAt } from './tree.ts';
import { createValues } from './values.ts';

export interface Configuration {
  readonly settings: Settings;
  /** Sentences for the operator: unknown keys with the nearest known name, keys without effect. */
  readonly warnings: readonly string[];
  readonly entries: readonly Entry[];
}

export interface ConfigurationSources {
  /** YAML file; without it, the one that `REGISTRY_CONFIGURATION_PATH` names, if any. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Win over file and environment. `root` is a folder, `addr` a `HOST:PORT`. */
  readonly flags: { readonly root?: string | undefined; readonly addr?: string | undefined };
  readonly readFile?: (path: string) => Promise<string>;
}

/**
 * The configuration that file, environment and flags give together, each winning over the one before.
 * Throws {@link ConfigurationError} with all that is wrong.
 */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { env, flags, readFile = (path) => readFileFromDisk(path, 'utf8') } = sources;
  const file = sources.file || env.REGISTRY_CONFIGURATION_PATH || undefined;
  const schema = buildSchema(keys);
  const knownPaths = listPaths(schema);

  const written = file === undefined ? emptyBlock('default') : await readTree(file, readFile);
  const applied = applyEnvironment(written, env, schema, knownPaths);
  const tree = settleTree(applied.tree, flags);

  const checked = checkTree(tree, schema, knownPaths);
  const related = checkRelations(tree);
  const [first, ...others] = [...applied.problems, ...checked.problems, ...related.problems];
  const warnings = [...applied.warnings, ...checked.warnings, ...related.warnings];
  if (first !== undefined) throw new ConfigurationError([first, ...others], { warnings });
  if (file !== undefined && findAt(written, [version.path]) === undefined) {
    warnings.unshift(`version (file ${file}): is missing; registry:2 does not start without "version: 0.1".`);
  }
  return {
    settings: buildSettings(
      createValues(tree),
      listChoices(tree, 'storage')[0],
      listChoices(tree, 'auth')[0],
    ),
    warnings,
    entries: listEntries(tree, keys),
  };
}
