/**
 * How long a search takes at a hundred thousand repositories: `node bench/search/main.ts [REPOSITORIES [FOLDER]]`.
 * What is in the folder is measured as it is.
 * In one process, without HTTP: what the index itself costs, on the thread that answers requests. Processor time on
 * average, too: it is what remains comparable on a machine that others use.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePattern } from '../../src/access/pattern.ts';
import { createMemoryBlobStore } from '../../src/blob/index.ts';
import { openSqlite } from '../../src/db/index.ts';
import { distributionMigrations } from '../../src/distribution/index.ts';
import { allReadable, type HubTables, hubMigrations } from '../../src/hub/index.ts';
import { putDocuments } from '../../src/hub/search/index-store.ts';
import { type SearchContext, search } from '../../src/hub/search/search.ts';
import type { SearchDocument } from '../../src/hub/search/search-document.ts';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { parseRepositoryName } from '../../src/oci/index.ts';

const REPOSITORIES = Number(process.argv[2] ?? 100_000);
const ROUNDS = 200;
const MEASURE_MS = 600;
const DAY_MS = 86_400_000;

const stems =
  'web api auth billing cart catalog chat cluster config cron data deploy edge event feed file flow gateway graph grid image index ingest job kafka ledger log mail map media metric model mongo monitor mysql nginx node notify order pay pipeline platform postgres proxy python queue rabbit redis report router rust scan search secret session shop sign social spark state stream sync task test ticket token trace train user vault video vote wallet worker zone'.split(
    ' ',
  );
const roles = 'server client service worker base builder operator agent exporter sidecar'.split(' ');
const architectures = ['amd64', 'arm64', 'arm', 's390x', 'ppc64le'];

/** The same each time (mulberry32). */
let state = 7;
const random = (below: number) => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
};
const pick = (from: readonly string[]) => from[random(from.length)] ?? '';

function document(number: number): SearchDocument {
  const namespace = `team${random(1_000)}`;
  const isOfficial = number < 100;
  const name = isOfficial
    ? `${stems[number] ?? `official${number}`}`
    : `${namespace}/${pick(stems)}-${pick(roles)}-${number}`;
  return {
    name: parseRepositoryName(name),
    isPublic: random(10) < 4,
    isOfficial,
    stars: random(20) === 0 ? random(500) : 0,
    pulls: random(4) === 0 ? random(100_000) : 0,
    updatedAt: systemClock.now() - random(700) * DAY_MS,
    description: `The ${pick(stems)} ${pick(roles)} of the ${pick(stems)} team`,
    readme: Array.from({ length: 60 }, () => pick(stems)).join(' '),
    labels: `team=${namespace}\nlanguage=${pick(stems)}`,
    facets: [
      ...(isOfficial ? [{ kind: 'official' as const, value: 'true' }] : []),
      { kind: 'operating_system', value: random(50) === 0 ? 'windows' : 'linux' },
      { kind: 'architecture', value: 'amd64' },
      ...(random(2) === 0 ? [{ kind: 'architecture' as const, value: pick(architectures.slice(1)) }] : []),
      { kind: 'media_type', value: 'application/vnd.oci.image.config.v1+json' },
      { kind: 'label', value: `team=${namespace}` },
    ],
  };
}

const kept = process.argv[3];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'lading-search-')));
await mkdir(folder, { recursive: true });
try {
  await using db = await openSqlite<HubTables>({
    file: join(folder, 'search.db'),
    migrations: [...distributionMigrations, ...hubMigrations],
  });
  const fillStart = performance.now();
  const isFilled = await db.reads.selectFrom('search_entry').select('id').limit(1).executeTakeFirst();
  for (let from = isFilled ? REPOSITORIES : 0; from < REPOSITORIES; from += 500) {
    const documents = Array.from({ length: Math.min(500, REPOSITORIES - from) }, (_, index) =>
      document(from + index),
    );
    await db.transaction((trx) => putDocuments(trx, new Map(documents.map((one) => [one.name, one]))));
  }
  console.log(`${REPOSITORIES} repositories indexed in ${Math.round(performance.now() - fillStart)} ms`);

  const blobs = createMemoryBlobStore({ clock: systemClock });
  const distribution = { blobs, db, clock: systemClock, log: silentLogger, onTreeChange() {} };
  const base = { db, distribution, access: allReadable };
  const below = (namespace: string) => ({
    text: `${namespace}/**`,
    matches: (name: string) => name.startsWith(`${namespace}/`),
  });
  const as = (readable: object): SearchContext => ({
    ...base,
    access: {
      ...allReadable,
      findReadable: async () => ({
        all: false,
        publicOnes: true,
        patterns: [],
        within: undefined,
        ...readable,
      }),
    },
  });
  const anybody = as({});
  const member = as({ patterns: ['team1', 'team2', 'team3'].map(below) });
  const stranger = as({ publicOnes: false, patterns: [below('team7')] });
  const token = (pattern: string) => as({ all: true, publicOnes: false, within: [compilePattern(pattern)] });
  const none = { facets: {}, updatedSince: undefined };
  const cases: [string, SearchContext, string, typeof none | object][] = [
    ['everything, no words', base, '', none],
    ['anybody, no words', anybody, '', none],
    ['exact name', base, 'nginx', none],
    ['exact name, anybody', anybody, 'nginx', none],
    ['rare name', base, `nginx-server`, none],
    ['word that all have', base, 'team', none],
    ['word that all have, anybody', anybody, 'team', none],
    ['word that all have, a member', member, 'team', none],
    ['word that all have, a stranger', stranger, 'team', none],
    ['a token of one name everywhere', token('*/nginx-server-7'), 'team', none],
    ['a token of any name, no words', token('*/*'), '', none],
    ['a token of a name and below', token('*/redis/**'), 'redis', none],
    ['two letters', anybody, 're', none],
    ['three words', anybody, 'redis queue worker', none],
    ['inside of words', anybody, 'edis', none],
    ['mistyped', anybody, 'postgers', none],
    ['nothing like it', anybody, 'qqqqzzzz', none],
    ['word and facet', anybody, 'redis', { facets: { architecture: ['arm64'] }, updatedSince: undefined }],
    ['facet alone', anybody, '', { facets: { operating_system: ['windows'] }, updatedSince: undefined }],
    ['rare label', anybody, '', { facets: { label: ['team=team5'] }, updatedSince: undefined }],
    ['updated this week', anybody, 'redis', { facets: {}, updatedSince: systemClock.now() - 7 * DAY_MS }],
  ];
  for (const withFacets of [true, false]) {
    console.log(withFacets ? '\nAPI, with facets (ms)' : '\ndocker search, without (ms)');
    for (const [title, context, text, filters] of cases) {
      const times: number[] = [];
      const processor = process.cpuUsage();
      let total = 0;
      const end = performance.now() + MEASURE_MS;
      for (let round = 0; round < ROUNDS && performance.now() < end; round += 1) {
        const start = performance.now();
        const found = await search(context, {
          actor: undefined,
          text,
          filters: filters as typeof none,
          offset: 0,
          limit: 25,
          withFacets,
        });
        times.push(performance.now() - start);
        total = found.total;
      }
      const { user, system } = process.cpuUsage(processor);
      times.sort((a, b) => a - b);
      const at = (share: number) =>
        (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(2);
      console.log(
        `${title.padEnd(34)} found ${String(total).padStart(4)}   p50 ${at(0.5).padStart(7)}   p99 ${at(0.99).padStart(7)}   processor ${((user + system) / 1000 / times.length).toFixed(2).padStart(7)}`,
      );
    }
  }
} finally {
  if (kept === undefined) await rm(folder, { recursive: true, force: true });
}
