import type { Candidate, Candidates } from './find-candidates.ts';

/**
 * What a person most likely means first: the very name, then official repositories, then the better its name fits and
 * the more stars and pulls it has. Ties go by name, so that pages do not overlap.
 */
export function rank({ found, words }: Candidates, text: string): Candidate[] {
  const asked = text.trim().toLowerCase();
  const scored = found.map((candidate) => ({ candidate, score: scoreOf(candidate, asked, words) }));
  scored.sort((a, b) => b.score - a.score || (a.candidate.name < b.candidate.name ? -1 : 1));
  return scored.map(({ candidate }) => candidate);
}

const OFFICIAL = 400;
/** Of what only says the word somewhere: mariadb for mysql-server. */
const OFFICIAL_BESIDES = 150;
/** The least that a word in the name is worth. */
const IN_NAME = 15;

function scoreOf(candidate: Candidate, asked: string, words: Candidates['words']): number {
  const { name, base } = candidate;
  const popularity = 10 * Math.log2(1 + candidate.stars) + 2 * Math.log2(1 + candidate.pulls);
  const official = candidate.isOfficial ? OFFICIAL : 0;
  if (asked === '') return official + popularity;
  const exact = name === asked ? 1000 : base === asked ? 300 : base.startsWith(asked) ? 100 : 0;
  const fits = words.map((alternatives) =>
    // What was perhaps meant is worth half of what was written.
    Math.max(...alternatives.map((word, index) => fitOf(candidate, word) / (index === 0 ? 1 : 2))),
  );
  const isNamed = exact > 0 || fits.some((fit) => fit >= IN_NAME);
  const fit = fits.reduce((sum, one) => sum + one, 0);
  return popularity + exact + fit + (isNamed ? official : Math.min(official, OFFICIAL_BESIDES));
}

function fitOf({ name, base, description }: Candidate, word: string): number {
  const parts = name.split(/[/._-]+/);
  if (parts.includes(word)) return 60;
  if (parts.some((part) => part.startsWith(word))) return 30;
  // postgresql, for postgres
  if (word.startsWith(base) && base.length >= 4) return 30;
  if (name.includes(word)) return IN_NAME;
  return description.toLowerCase().includes(word) ? 10 : 0;
}
