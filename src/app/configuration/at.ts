import type { Origin } from './tree.ts';

/** A key and where it was set, for messages: `http.addr (file config.yml:3)`. */
export function at(path: string, origin: Origin): string {
  return printable(`${path} (${origin})`);
}

/** On one line and of a readable length: names may hold anything, and messages go to terminals and logs. */
export function printable(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
