import type { Storage } from '../app/index.ts';
import { listRepositorySummaries, type RepositorySummary } from '../distribution/index.ts';
import type { CommandContext } from './command-context.ts';
import { createTable } from './create-table.ts';
import { formatAge } from './format-age.ts';
import { jsonLine, toUtc } from './json-line.ts';

const PAGE = 500;

/** Writes every repository, page after page. */
export async function lsRepositories(
  { out, err, clock }: CommandContext,
  { db, json }: { db: Storage['db']; json: boolean },
): Promise<void> {
  const table = createTable(out, [
    { title: 'REPOSITORY' },
    { title: 'TAGS', align: 'right' },
    { title: 'CHANGED' },
  ]);
  let after = '';
  for (;;) {
    const page = await listRepositorySummaries(db.reads, { after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) break;
    const isRead = json
      ? await out.write(page.map(toJson).join(''))
      : await table.write(page.map((repository) => toRow(repository, clock.now())));
    if (!isRead) return;
    after = last.name;
  }
  if (after === '' && !json) await err.write('The registry is empty.\n');
}

function toJson({ name, tags, updatedAt }: RepositorySummary): string {
  return jsonLine({
    repository: name,
    tags,
    ...(updatedAt !== undefined && { updatedAt: toUtc(updatedAt) }),
  });
}

function toRow({ name, tags, updatedAt }: RepositorySummary, now: number): string[] {
  return [name, String(tags), updatedAt === undefined ? '-' : formatAge(updatedAt, now)];
}
