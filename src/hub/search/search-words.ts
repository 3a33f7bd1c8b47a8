/** Bounds what one search asks of the index. */
const MAX_WORDS = 10;
const MAX_QUERY = 200;

/** The words of a query or a name: letters and digits, without case, as the index has them. */
export function searchWords(text: string): string[] {
  const words = text
    .slice(0, MAX_QUERY)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .match(/[\p{L}\p{N}]+/gu);
  return [...new Set(words ?? [])].slice(0, MAX_WORDS);
}

/** Shorter words have too many neighbours, longer ones too many forms; digits are not mistyped but meant. */
const TYPO_WORD = /^[a-z]{4,20}$/;

/**
 * The word and the word with each letter left out. Two words that are one mistake apart (a letter more, less, other,
 * or two swapped) share one of these.
 */
export function typoForms(word: string): string[] {
  if (!TYPO_WORD.test(word)) return [];
  const forms = new Set([word]);
  for (let at = 0; at < word.length; at += 1) forms.add(word.slice(0, at) + word.slice(at + 1));
  return [...forms];
}
