import { excerpt } from './at.ts';
import type { Problem } from './configuration-error.ts';
import { variableName } from './key.ts';
import { nearestName } from './nearest-name.ts';
import { type Overridden, overrideTree } from './override-tree.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Step } from './schema.ts';
import { isNull, type Origin, scalar, type Tree } from './tree.ts';

export interface Applied {
  readonly tree: Tree;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Kubernetes adds these to every container when a Service is called "registry". */
const kubernetesName = /^REGISTRY_(PORT|SERVICE)(_|$)/;
/** The first names our own file; the second is podman's and skopeo's, on machines where these are used too. */
const otherMeanings = new Set(['REGISTRY_CONFIGURATION_PATH', 'REGISTRY_AUTH_FILE']);

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
    if (text === undefined || !isOurs(name)) continue;
    const shown = excerpt(name);
    const origin: Origin = `environment ${name}`;
    const parsed = parseYaml(text, () => origin);
    const value = 'tree' in parsed ? parsed.tree : scalar('', origin);
    const overridden = override(current, schema, name, value);
    if ('refused' in overridden) {
      // Names that nobody knows may hold anything: their values are not judged.
      if (overridden.refused === 'unknown') warnings.push(`${shown}: ${unknown(name, knownPaths)}`);
      else problems.push({ code: 'value-invalid', text: `${shown}: ${wrongIndex}` });
    } else if ('reason' in parsed) {
      const where = text.includes('\n') ? ` (line ${parsed.line})` : '';
      problems.push({ code: 'value-invalid', text: `${shown}: the value ${parsed.reason}${where}.` });
    } else {
      current = overridden.tree;
      if (name === 'REGISTRY_AUTH' && isNull(value)) warnings.push(`${shown}: ${opened}`);
      if (name === 'REGISTRY_STORAGE' && isNull(value)) {
        problems.push({ code: 'value-invalid', text: `${shown}: ${withoutDriver}` });
      }
    }
  }
  return { tree: current, problems, warnings };
}

const wrongIndex =
  'its name must give the number of an entry of the list or of the next one, counted from 0.';
const opened =
  'is set to nothing, which takes the section auth away and lets everyone in; remove it to keep the section.';
// registry:2 stops here as well; going on would store the bytes elsewhere than the file says.
const withoutDriver = 'is set to nothing; remove it, or name a storage driver such as filesystem.';

function isOurs(name: string): boolean {
  return name.startsWith('REGISTRY_') && !otherMeanings.has(name) && !kubernetesName.test(name);
}

function override(tree: Tree, schema: Step, name: string, value: Tree): Overridden {
  const pieces = name.split('_').slice(1);
  if (name === 'REGISTRY_VERSION' || pieces.length > maxPieces) return { refused: 'unknown' };
  return overrideTree(tree, schema, pieces, value);
}

function unknown(name: string, knownPaths: readonly string[]): string {
  if (name === 'REGISTRY_VERSION') return 'the version of the file cannot be set by a variable; ignored.';
  const near = nearestName(name.split('_').slice(1).join('.').toLowerCase(), knownPaths);
  return `unknown variable, ignored${near === undefined ? '.' : `; did you mean ${variableName(near)}?`}`;
}
