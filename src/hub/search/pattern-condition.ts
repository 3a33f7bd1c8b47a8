import { type RawBuilder, sql } from 'kysely';

/** What a literal part of a pattern may be: what else it is, no name has it. No sign of it means anything to GLOB. */
const LITERAL = /^[a-z0-9._-]+$/;

/**
 * What a pattern of names (`*` is one part, `**` one or more) says of `search_entry as e`. Undefined for one that SQL
 * has no words for: with `**`, and a `*` that is beside none.
 */
export function patternCondition(pattern: string): RawBuilder<boolean> | undefined {
  const parts = pattern.split('/');
  const isWild = (part: string | undefined) => part === '*' || part === '**';
  if (parts.some((part) => !isWild(part) && !LITERAL.test(part))) return sql<boolean>`FALSE`;
  // A `*` of GLOB takes slashes, too. No part of a name is empty, so that it is one part at least.
  const glob = parts.map((part) => (part === '**' ? '*' : part)).join('/');
  const matches = sql<boolean>`e.name GLOB ${glob}`;
  if (!parts.includes('**')) {
    const slashes = sql`length(e.name) - length(replace(e.name, '/', ''))`;
    return sql<boolean>`(${matches} AND ${slashes} = ${parts.length - 1})`;
  }
  // Together they are so many parts or more, wherever one ends and the next begins.
  const isExact = runsOf(parts, isWild).every((run) => run.includes('**'));
  return isExact ? matches : undefined;
}

/** Something that the full-text index has of every name that matches; undefined when that is nothing. */
export function patternTerm(pattern: string): string | undefined {
  const literals = pattern.split('/').filter((part) => LITERAL.test(part) && /[a-z0-9]/.test(part));
  const [longest] = literals.sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : `(name : "${longest}")`;
}

function runsOf(parts: readonly string[], belongs: (part: string) => boolean): string[][] {
  const runs: string[][] = [];
  for (const [index, part] of parts.entries()) {
    if (!belongs(part)) continue;
    const before = parts[index - 1];
    if (before !== undefined && belongs(before)) runs.at(-1)?.push(part);
    else runs.push([part]);
  }
  return runs;
}
