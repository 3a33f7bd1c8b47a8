/**
 * The text without anything a terminal would obey: names, paths and annotations come from whoever asks or
 * pushes, and control characters in them could rewrite what the operator sees in a log or a list.
 */
export function printable(text: string): string {
  // Nearly all there is.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
