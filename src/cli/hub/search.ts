import { type SearchHitView, searchRepositories } from '../../api/index.ts';
import { CliError } from '../cli-error.ts';
import { apiCommand } from './api-command.ts';
import { age, type Columns } from './columns.ts';

const DEFAULT_LIMIT = 25;

const columns: Columns<SearchHitView> = {
  REPOSITORY: (hit) => hit.name,
  OFFICIAL: (hit) => (hit.is_official ? 'yes' : undefined),
  STARS: (hit) => hit.star_count,
  PULLS: (hit) => hit.pull_count,
  CHANGED: (hit, now) => age(hit.updated_at, now),
  DESCRIPTION: (hit) => hit.description,
};

export const searchCommand = apiCommand({
  name: 'search',
  description:
    'find repositories by name, description, README and labels; a slip of the keyboard does not matter',
  arguments: { term: { help: 'left out: everything, best known first', optional: true } },
  options: {
    official: { help: 'only official ones' },
    architecture: { value: 'name', many: true, help: 'such as arm64' },
    os: { value: 'name', many: true, help: 'such as linux' },
    mediaType: { value: 'type', many: true, help: 'artifact type, or media type of the configuration' },
    label: { value: 'key=value', many: true, help: 'all of them' },
    category: { value: 'slug', many: true, help: 'such as web-servers' },
    updatedSince: { value: 'day', help: 'such as 2026-01-31' },
    limit: { value: 'n', help: `how many to show (default: ${DEFAULT_LIMIT})` },
  },
  examples: `  lading search ngnix
  lading search --category databases --architecture arm64
  lading search web --json | jq -r .name`,
  async run({ api, list }, { term }, options) {
    const limit = parseLimit(options.limit, DEFAULT_LIMIT);
    const query = {
      q: term,
      official: options.official && 'true',
      architecture: options.architecture && [...options.architecture],
      operating_system: options.os && [...options.os],
      media_type: options.mediaType && [...options.mediaType],
      label: options.label && [...options.label],
      category: options.category && [...options.category],
      updated_since: options.updatedSince && toTime(options.updatedSince),
    };
    await list((cursor) => api.call(searchRepositories, { query: { ...query, cursor } }), {
      columns,
      empty: 'Nothing was found that you may see.',
      limit,
    });
  },
});

/** Throws `CliError` usage. */
export function parseLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError('usage', '--limit is a number, 1 at least.');
}

/** The API takes a time; people say a day, whose first moment in UTC is meant. */
export function toTime(text: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}
