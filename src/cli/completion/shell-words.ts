import type { CommandNode, OptionNode } from './command-tree.ts';

/** `text` as one word of any of the shells. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`;
}

/** The patterns of a `case` in bash and zsh: ` repo create --visibility`. */
export function casePattern(texts: readonly string[]): string {
  return texts.map(quote).join(' | ');
}

/** Where each option stands that takes a value: the words before it, and it. */
export function placesOf({ at }: CommandNode, { flags }: OptionNode): string[] {
  return flags.map((flag) => `${at} ${flag}`);
}
