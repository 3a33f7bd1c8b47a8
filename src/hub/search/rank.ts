import type { Candidate } from './find-candidates.ts';
import { searchWords } from './search-words.ts';

/**
 * What a person most likely means first: the very name, then official repositories, then the better its name fits and
 * the more stars and pulls it has. Ties go by name, so that pages do not overlap.
 */
export function rank(candidates: readonly Candidate[], text: string): Candidate[] {
  const asked = text.trim().toLowerCase();
  const words = searchWords(text);
  const scored = candidates.map((candidate) => ({ candidate, score: scoreOf(candidate, asked, words) }));
  scored.sort((a, b) => b.score - a.score || (a.candidate.name < b.candidate.name ? -1 : 1));
  return scored.map(({ candidate }) => candidate);
}

function scoreOf(candidate: Candidate, asked: string, words: readonly string[]): number {
  const { name, base } = candidate;
  const popularity = 10 * Math.log2(1 + candidate.stars) + 2 * Math.log2(1 + candidate.pulls);
  const official = candidate.isOfficial ? 400 : 0;
  if (asked === '') return official + popularity;
  const exact = name === asked ? 1000 : base === asked ? 300 : base.startsWith(asked) ? 100 : 0;
  const parts = name.split(/[/._-]+/);
  const description = candidate.description.toLowerCase();
  let fit = 0;
  for (const word of words) {
    if (parts.includes(word)) fit += 60;
    else if (parts.some((part) => part.startsWith(word))) fit += 30;
    else if (name.includes(word)) fit += 15;
    else if (description.includes(word)) fit += 10;
  }
  return official + popularity + exact + fit;
}
