import { printable } from './at.ts';
import type { Problem } from './configuration-error.ts';
import { variableName } from './key.ts';
import { nearestName } from './nearest-name.ts';
import { type Overridden, overrideTree } from './override-tree.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Step } from './schema.ts';
import { isNull, type Origin, type Tree } from './tree.ts';

export interface Applied {
  readonly tree: Tree;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Kubernetes adds these to every container when a Service is called "registry". */
const kubernetesName = /^REGISTRY_(PORT|SERVICE)(_|$)/;

// No key is as deep; a longer name would only exhaust the stack.
const maxPieces = 50;

/**
 * Puts every `REGISTRY_*` variable over the tree, in the order of their names: parents come before children, so a
 * whole block can be set and one value in it changed.
 */
export function applyEnvironment(
  tree: Tree,
  environment: Readonly<Record<string, string | undefined>>,
  schema: Step,
  knownPaths: readonly string[],
): Applied {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  let current = tree;
  for (const name of Object.keys(environment).sort()) {
    const text = environment[name];
    if (text === undefined || !name.startsWith('REGISTRY_')) continue;
    if (name === 'REGISTRY_CONFIGURATION_PATH' || kubernetesName.test(name)) continue;
    const origin: Origin = `environment ${name}`;
    if (name === 'REGISTRY_VERSION') {
      warnings.push(`${name}: the version of the file cannot be set by a variable; ignored.`);
      continue;
    }
    const shown = printable(name);
    const parsed = parseYaml(text, () => origin);
    if ('reason' in parsed) {
      problems.push({
        code: 'value-invalid',
        text: `${shown}: the value ${parsed.reason} (line ${parsed.line}).`,
      });
      continue;
    }
    const pieces = name.slice('REGISTRY_'.length).split('_');
    const overridden: Overridden =
      pieces.length > maxPieces ? { refused: 'unknown' } : overrideTree(current, schema, pieces, parsed.tree);
    if ('tree' in overridden) {
      current = overridden.tree;
      if (/^REGISTRY_(AUTH|STORAGE)$/.test(name) && isNull(parsed.tree)) {
        warnings.push(
          `${shown}: is set to nothing, which takes the whole section away; remove it to keep the section.`,
        );
      }
    } else if (overridden.refused === 'index') {
      problems.push({
        code: 'value-invalid',
        text: `${shown}: its name must give the number of an entry of the list or of the next one, counted from 0.`,
      });
    } else {
      const near = nearestName(name, knownPaths.map(variableName));
      warnings.push(
        `${shown}: unknown variable, ignored${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    }
  }
  return { tree: current, problems, warnings };
}
