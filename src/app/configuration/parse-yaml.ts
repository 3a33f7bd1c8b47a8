import { type ErrorCode, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Origin, Tree } from './tree.ts';

// Aliases multiply ("billion laughs"), flow brackets nest: both end here, far above any honest configuration.
const maxNodes = 10_000;
const maxDepth = 50;
const maxCharacters = 1_048_576;

export type ParsedYaml = { readonly tree: Tree } | { readonly line: number; readonly reason: string };

/**
 * Reads one YAML document without deciding types. The reason of a refusal never quotes the text, which may hold
 * secrets (the messages of `yaml` do quote it).
 */
export function parseYaml(text: string, originAtLine: (line: number) => Origin): ParsedYaml {
  if (text.length > maxCharacters) return { line: 1, reason: 'is larger than 1 MiB' };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      schema: 'failsafe',
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const [error] = document.errors;
    if (error !== undefined)
      return { line: lines.linePos(error.pos[0]).line, reason: reasons[error.code] ?? plain };
    return { tree: convert(document.contents, lines, originAtLine) };
  } catch (error) {
    if (error instanceof Refusal) return { line: error.line, reason: error.message };
    if (error instanceof RangeError) return { line: 1, reason: 'is nested too deeply' };
    throw error;
  }
}

const plain = 'is not valid YAML here; check the indentation and put texts with special characters in quotes';

const reasons: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'is indented with a tab here; YAML wants spaces',
  DUPLICATE_KEY: 'has the same key twice in one block; keep one of them',
  MULTIPLE_DOCS: 'has more than one YAML document; remove the "---" and what follows it',
  BAD_ALIAS:
    'uses an alias (*name) whose anchor (&name) is not set before it; put the value in quotes if it is a text',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
};

class Refusal extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

function convert(root: Node | null, lines: LineCounter, originAtLine: (line: number) => Origin): Tree {
  const anchors = new Map<string, Node>();
  let nodes = 0;

  function visit(node: Node | null, near: number, depth: number): Tree {
    const line = node?.range ? lines.linePos(node.range[0]).line : near;
    const origin = originAtLine(line);
    nodes += 1;
    if (nodes > maxNodes) throw new Refusal(line, 'has too many values, counting repeated aliases');
    if (depth > maxDepth) throw new Refusal(line, 'is nested too deeply, or an alias contains itself');
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw new Refusal(line, reasons.BAD_ALIAS ?? plain);
      return visit(target, line, depth + 1);
    }
    if (node && 'anchor' in node && node.anchor) anchors.set(node.anchor, node);
    if (isSeq<Node | null>(node)) {
      return { kind: 'list', items: node.items.map((item) => visit(item, line, depth + 1)), origin };
    }
    if (isMap<Node | null, Node | null>(node)) {
      const own = new Map<string, Tree>();
      const merged = new Map<string, Tree>();
      for (const { key, value } of node.items) {
        const name = visit(key, line, depth + 1);
        if (name.kind !== 'scalar')
          throw new Refusal(line, 'has a list or a block as a key; use a plain word');
        // A missing value has no position of its own: its key's line is where the reader looks.
        const child = visit(value, key?.range ? lines.linePos(key.range[0]).line : line, depth + 1);
        if (name.text === '<<') mergeInto(merged, child);
        else own.set(name.text, child);
      }
      return { kind: 'block', entries: new Map([...merged, ...own]), origin };
    }
    const text = isScalar(node) ? String(node.value ?? '') : '';
    const isPlain = !isScalar(node) || node.type === undefined || node.type === 'PLAIN';
    return {
      kind: 'scalar',
      text,
      isNull: text === '' || (isPlain && /^(~|null|Null|NULL)$/.test(text)),
      origin,
    };
  }

  return visit(root, 1, 0);
}

/** YAML 1.1 `<<`: what is merged first wins over what is merged later, and own keys over both. */
function mergeInto(merged: Map<string, Tree>, source: Tree): void {
  if (source.kind === 'list') for (const item of source.items) mergeInto(merged, item);
  if (source.kind === 'block') {
    for (const [name, value] of source.entries) if (!merged.has(name)) merged.set(name, value);
  }
}
