import { at } from './at.ts';
import type { Problem } from './configuration-error.ts';
import type { Key } from './key.ts';
import { nearestName } from './nearest-name.ts';
import { findStep, type Step } from './schema.ts';
import { isNull, type Origin, type Tree } from './tree.ts';

export interface Checked {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Holds a settled tree against the table of keys: unknown names, values of the wrong type, keys that cannot be obeyed. */
export function checkTree(tree: Tree, schema: Step, knownPaths: readonly string[]): Checked {
  const problems: Problem[] = [];
  const warnings: string[] = [];

  function visit(node: Tree, step: Step, path: string): void {
    if (step.key !== undefined) {
      checkKey(node, step.key, path);
      return;
    }
    if (isNull(node)) return;
    if (node.kind !== 'block') {
      const below = `${[...step.children.keys()].join(', ') || 'names of your own'}`;
      problems.push({
        code: 'value-invalid',
        text: `${at(path || 'The configuration', node.origin)}: must be a block of keys (${below}).`,
      });
      return;
    }
    for (const [name, child] of node.entries) {
      const childPath = path === '' ? name : `${path}.${name}`;
      const next = findStep(step, name);
      if (next !== undefined) visit(child, next, childPath);
      else reportUnknown(childPath, child.origin, step);
    }
  }

  function reportUnknown(path: string, origin: Origin, parent: Step): void {
    const near = nearestName(path, knownPaths);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    if (parent.isChoice) {
      // Going on would store the bytes elsewhere, or let in others, than the operator wants.
      const known = [...parent.children.keys()].join(', ');
      problems.push({
        code: 'value-invalid',
        text: `${at(path, origin)}: unknown; known are ${known}${hint || '.'}`,
      });
    } else {
      warnings.push(`${at(path, origin)}: unknown key, ignored${hint || '.'}`);
    }
  }

  function checkKey(node: Tree, key: Key, path: string): void {
    if (key.status === 'supported') {
      if (isNull(node) || key.type.find(node) !== undefined) return;
      problems.push({
        code: 'value-invalid',
        text: `${at(path, node.origin)}: must be ${key.type.description}.`,
      });
    } else if (key.status === 'later') {
      if (!key.isChoice && (hasNoEffect(node) || (node.kind === 'scalar' && node.text === key.harmless)))
        return;
      problems.push({
        code: 'key-not-supported',
        text: `${at(path, node.origin)}: Lading does not support this yet; ${key.instead}.`,
      });
    } else if (key.warning !== undefined && !hasNoEffect(node)) {
      warnings.push(`${at(path, node.origin)}: ${key.warning}.`);
    }
  }

  visit(tree, schema, '');
  return { problems, warnings };
}

/** Empty, zero or false all through, or switched off by `disabled: true`. */
function hasNoEffect(tree: Tree): boolean {
  if (tree.kind === 'list') return tree.items.every(hasNoEffect);
  if (tree.kind === 'scalar') return tree.isNull || /^(|0|false|no|off)$/i.test(tree.text);
  const disabled = tree.entries.get('disabled');
  if (disabled?.kind === 'scalar' && disabled.text === 'true') return true;
  return [...tree.entries.values()].every(hasNoEffect);
}
