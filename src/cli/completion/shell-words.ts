import type { CommandNode } from './command-tree.ts';

/** `text` as one word of any of the shells. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`;
}

/** The patterns of a `case` in bash and zsh: ` repo create --visibility`. */
export function casePattern(texts: readonly string[]): string {
  return texts.map(quote).join(' | ');
}

/** Of each option that takes a value: where it stands (the words before it, and it), and what may follow. */
export function listValues(nodes: readonly CommandNode[]) {
  return nodes.flatMap(({ at, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => ({ places: flags.map((flag) => `${at} ${flag}`), choices })),
  );
}
