import { parseRepositoryName } from '../oci/index.ts';
import { problem } from '../rest/index.ts';

/**
 * Names repositories: parts joined by `/`, of which `*` stands for one part and `**` for one or more. `acme/**` is
 * everything of acme, and not the official repository `acme`.
 */
export interface Pattern {
  readonly text: string;
  /** Whether it can match more than one name. */
  readonly hasWildcard: boolean;
  matches(name: string): boolean;
}

/** Of text that was checked when it was stored; what is not a pattern matches nothing. */
export function compilePattern(text: string): Pattern {
  const parts = text.split('/');
  const hasWildcard = parts.some((part) => part === '*' || part === '**');
  if (!hasWildcard) return { text, hasWildcard, matches: (name) => name === text };
  if (text === '**') return { text, hasWildcard, matches: () => true };
  const prefix = text.slice(0, -2);
  if (text.endsWith('/**') && !prefix.includes('*')) {
    return { text, hasWildcard, matches: (name) => name.length > prefix.length && name.startsWith(prefix) };
  }
  return { text, hasWildcard, matches: (name) => matchParts(parts, name.split('/')) };
}

/** Goes back to the last `**` alone: at most parts times parts steps, whatever the pattern. */
function matchParts(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let back: { pattern: number; name: number } | undefined;
  let here = 0;
  while (here < name.length) {
    const part = pattern[at];
    if (part === '**') {
      back = { pattern: at + 1, name: here + 1 };
      at += 1;
      here += 1;
    } else if (part !== undefined && (part === '*' || part === name[here])) {
      at += 1;
      here += 1;
    } else if (back) {
      at = back.pattern;
      here = back.name;
      back.name += 1;
    } else {
      return false;
    }
  }
  return at === pattern.length;
}

/** Of repositories of `namespace`. Throws `Problem` invalid-request. */
export function parseNamespacePattern(text: string, namespace: string): Pattern {
  const [first, ...rest] = text.split('/');
  if (first !== namespace || rest.length === 0 || !isNameWithWildcards(text)) {
    throw problem(
      'invalid-request',
      `A pattern here is ${namespace}/NAME, ${namespace}/* for one part of a name, or ${namespace}/** for everything.`,
    );
  }
  return compilePattern(text);
}

function isNameWithWildcards(text: string): boolean {
  const parts = text.split('/').map((part) => (part === '*' || part === '**' ? 'x' : part));
  try {
    parseRepositoryName(parts.join('/'));
    return true;
  } catch {
    return false;
  }
}

/** Everything of a namespace. */
export function wholeNamespace(namespace: string): string {
  return `${namespace}/**`;
}
