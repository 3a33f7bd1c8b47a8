/**
 * The text without anything a terminal would obey: names and annotations come from whoever may push, and control
 * characters in them could rewrite what the operator sees.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
