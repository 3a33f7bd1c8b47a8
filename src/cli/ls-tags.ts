import type { Storage } from '../app/index.ts';
import { findManifest, isListed, listTagSummaries, type TagSummary } from '../distribution/index.ts';
import { printable } from '../kernel/index.ts';
import type { RepositoryName } from '../oci/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { createTable } from './create-table.ts';
import { describeManifest, kindOf } from './describe-manifest.ts';
import { formatAge } from './format-age.ts';
import { formatBytes } from './format-bytes.ts';
import { jsonLine, toUtc } from './json-line.ts';
import { shortDigest } from './short-digest.ts';

const PAGE = 100;
const PLATFORMS_SHOWN = 3;

/** Writes every tag of a repository, page after page. Throws `CliError` not-found when there is no such repository. */
export async function lsTags(
  { out, err, clock }: CommandContext,
  options: { db: Storage['db']; json: boolean; repository: RepositoryName },
): Promise<void> {
  const { db, json, repository } = options;
  if (!(await isListed(db.reads, repository))) {
    throw new CliError(
      'not-found',
      `There is no repository ${repository}. To see which there are: lading ls`,
    );
  }
  const table = createTable(out, [
    { title: 'TAG' },
    { title: 'DIGEST' },
    { title: 'KIND' },
    { title: 'SIZE', align: 'right' },
    { title: 'PUSHED' },
  ]);
  let after = '';
  for (;;) {
    const page = await listTagSummaries(db.reads, { repository, after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) break;
    const lines: ListedTag[] = [];
    for (const tag of page) {
      const line = await describeTag(db, repository, tag);
      if (line) lines.push(line);
    }
    const isRead = json
      ? await out.write(lines.map((line) => toJson(repository, line)).join(''))
      : await table.write(lines.map((line) => toRow(line, clock.now())));
    if (!isRead) return;
    after = last.name;
  }
  if (after === '' && !json) await err.write(`${repository} has no tags.\n`);
}

interface ListedTag extends TagSummary {
  readonly mediaType: string;
  readonly kind: string;
  readonly platforms: readonly string[];
  readonly sizeBytes: number | undefined;
}

/** Undefined when the manifest was deleted while the page was written. */
async function describeTag(
  db: Storage['db'],
  repository: RepositoryName,
  tag: TagSummary,
): Promise<ListedTag | undefined> {
  const manifest = await findManifest(db.reads, repository, { kind: 'digest', digest: tag.digest });
  if (manifest === undefined) return undefined;
  const { parsed, platforms, contentSizeBytes } = await describeManifest(db.reads, repository, manifest);
  return {
    ...tag,
    mediaType: manifest.mediaType,
    kind: kindOf(parsed),
    platforms,
    sizeBytes: contentSizeBytes,
  };
}

function toJson(repository: RepositoryName, { name, updatedAt, ...tag }: ListedTag): string {
  return jsonLine({ repository, tag: name, ...tag, pushedAt: toUtc(updatedAt) });
}

function toRow(tag: ListedTag, now: number): string[] {
  const shown = tag.platforms.slice(0, PLATFORMS_SHOWN).join(', ');
  const more = tag.platforms.length - PLATFORMS_SHOWN;
  const platforms = more > 0 ? `${shown} and ${more} more` : shown;
  return [
    tag.name,
    shortDigest(tag.digest),
    printable(platforms || tag.kind),
    tag.sizeBytes === undefined ? '-' : formatBytes(tag.sizeBytes),
    formatAge(tag.updatedAt, now),
  ];
}
