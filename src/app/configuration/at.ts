import { printable } from '../../kernel/index.ts';
import type { Origin } from './tree.ts';

/** A key and where it was set, for messages: `http.addr (file config.yml:3)`. */
export function at(path: string, origin: Origin): string {
  return excerpt(`${path} (${origin})`);
}

/** On one line and of a readable length: names may hold anything, and messages go to terminals and logs. */
export function excerpt(text: string): string {
  return printable(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
