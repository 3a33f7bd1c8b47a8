const MAX_PATTERN_LENGTH = 500;
/** Each costs as many steps as the value is long, for each rule that a token is held against. */
export const MAX_WILDCARDS = 10;

/**
 * Whether a claim's value is one that `pattern` means, all of it, from its first character to its last: `*` stands for
 * any text without `/` and `:`, `**` for any text. A claim that is a list has it when one of its items does; one that is
 * an object, or is not there, never has it. At most wildcards times value steps, whatever the two are.
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
  const parts = pattern.match(/\*\*|\*|[^*]+/g) ?? [];
  if (parts.length > 2 * MAX_WILDCARDS + 1) return false;
  // Which beginnings of the text the parts so far can stand for, by their lengths.
  let reached = new Set([0]);
  for (const part of parts) {
    reached = part.startsWith('*') ? grown(reached, part, text) : followed(reached, part, text);
    if (reached.size === 0) return false;
  }
  return reached.has(text.length);
}

function followed(reached: ReadonlySet<number>, part: string, text: string): Set<number> {
  const next = new Set<number>();
  for (const length of reached) if (text.startsWith(part, length)) next.add(length + part.length);
  return next;
}

/** In ascending order as `reached` is: no place is looked at twice. */
function grown(reached: ReadonlySet<number>, wildcard: string, text: string): Set<number> {
  const next = new Set<number>();
  for (const length of reached) {
    for (let at = length; !next.has(at); at += 1) {
      next.add(at);
      const character = text[at];
      if (character === undefined || (wildcard === '*' && (character === '/' || character === ':'))) break;
    }
  }
  return next;
}
