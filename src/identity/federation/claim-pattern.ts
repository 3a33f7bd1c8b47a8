const MAX_PATTERN_LENGTH = 500;

/**
 * Whether a claim's value is one that `pattern` means, all of it, from its first character to its last: `*` stands for
 * any text without `/` and `:`, `**` for any text. A claim that is a list has it when one of its items does; one that is
 * an object, or is not there, never has it. At most pattern times value steps, whatever the two are.
 */
export function claimMatches(pattern: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => !Array.isArray(item) && claimMatches(pattern, item));
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return textMatches(pattern, String(value));
    default:
      return false;
  }
}

function textMatches(pattern: string, text: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH || text.length > 2_000) return false;
  const parts = pattern.match(/\*\*|./gs) ?? [];
  // Which beginnings of the text the parts so far can stand for: `reached[n]` for its first n characters.
  let reached = Array.from({ length: text.length + 1 }, (_, index) => index === 0);
  for (const part of parts) {
    const next = reached.map(() => false);
    for (const [index, isReached] of reached.entries()) {
      const character = text[index - 1] ?? '';
      if (part === '*' || part === '**') {
        const mayGrow = part === '**' || (character !== '/' && character !== ':');
        next[index] = isReached || (index > 0 && mayGrow && next[index - 1] === true);
      } else {
        next[index] = index > 0 && reached[index - 1] === true && character === part;
      }
    }
    reached = next;
  }
  return reached[text.length] === true;
}
