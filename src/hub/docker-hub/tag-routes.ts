import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { TagView } from '../../api/index.ts';
import { countTags, findTagSummary, listTagsInOrder, type TagOrder } from '../../distribution/index.ts';
import type { Call, RouteRecord } from '../../http/index.ts';
import { type Digest, parseTag, type RepositoryName } from '../../oci/index.ts';
import type { ContentReader } from '../content/content-reader.ts';
import { findImageConfig, MAX_LISTED_BYTES } from '../content/describe-content.ts';
import { matchHistory } from '../content/match-history.ts';
import { viewTags } from '../content/tag-views.ts';
import type { HubContext } from '../context.ts';
import { getRepositoryFacts } from '../profile/repository-views.ts';
import { hubList, pageOf } from './hub-page.ts';
import { getReadable, hubRoutes, notFound, splitName } from './hub-route.ts';

const paths = [
  '/v2/repositories/{namespace}/{name+}/tags',
  '/v2/namespaces/{namespace}/repositories/{name+}/tags',
];

/** `last_updated` is the newest first: see list-namespace.ts. */
const orders: Readonly<Record<string, TagOrder>> = {
  '-last_updated': 'oldest',
  name: 'name',
  '-name': 'name-descending',
};

export function hubTagRoutes(context: HubContext): RouteRecord[] {
  return [
    ...hubRoutes({
      name: 'docker-hub.tag.list',
      method: 'GET',
      paths,
      access: () => 'optional',
      handle: (call) => list(context, call),
    }),
    ...hubRoutes({
      name: 'docker-hub.tag.get',
      method: 'GET',
      paths: paths.map((path) => `${path}/{tag}`),
      access: () => 'optional',
      handle: (call) => get(context, call),
    }),
  ];
}

async function list(context: HubContext, call: Call) {
  const repository = await getReadable(call);
  await getRepositoryFacts(context, repository);
  const { distribution } = context;
  const { limit, offset } = pageOf(call);
  const ordering = call.query.get('ordering') ?? '';
  const order = Object.hasOwn(orders, ordering) ? (orders[ordering] ?? 'newest') : 'newest';
  const filter = { repository, containing: call.query.get('name') ?? undefined };
  const count = await countTags(distribution.db.reads, filter);
  const found = await listTagsInOrder(distribution.db.reads, { ...filter, order, offset, limit });
  const views = await viewTags(context, repository, found);
  const { namespace, name } = splitName(repository);
  return hubList(call, {
    path: `/v2/repositories/${namespace}/${name}/tags/`,
    count,
    results: views.map((view) => toHubTag(repository, view)),
  });
}

async function get(context: HubContext, call: Call) {
  const { distribution, reader } = context;
  const repository = await getReadable(call);
  const tag = await findTagSummary(distribution.db.reads, repository, parseTag(call.params.tag ?? ''));
  const [view] = tag ? await viewTags(context, repository, [tag]) : [];
  if (!view) throw notFound();
  const hubTag = toHubTag(repository, view);
  const images = [];
  for (const image of hubTag.images) {
    const layers = await listLayers(reader, repository, image.digest as Digest);
    images.push({ ...image, layers });
    await setImmediate();
  }
  return { ...hubTag, images };
}

function toHubTag(repository: RepositoryName, view: TagView) {
  const { name, digest, pushed_at, pushed_by = '', last_pulled_at = null } = view;
  return {
    // Docker Hub numbers them; here they have no numbers, and tools want one that stays.
    id: createHash('sha256').update(`${repository}:${name}`).digest().readUInt32BE(0),
    name,
    creator: null,
    last_updated: pushed_at,
    last_updater: null,
    last_updater_username: pushed_by,
    repository: null,
    full_size: view.size_bytes,
    v2: true,
    tag_status: 'active',
    tag_last_pulled: last_pulled_at,
    tag_last_pushed: pushed_at,
    media_type: view.media_type,
    content_type: view.platforms.length > 0 ? 'image' : 'unrecognized',
    digest,
    images: view.platforms.map((image) => ({
      architecture: image.architecture,
      features: '',
      variant: image.variant ?? null,
      digest: image.digest,
      os: image.os,
      os_features: '',
      os_version: image.os_version ?? null,
      size: image.size_bytes ?? 0,
      status: 'active',
      last_pulled: last_pulled_at,
      last_pushed: pushed_at,
    })),
  };
}

/** One a step of the history, also those that made no layer; the layers alone where there is no history. */
async function listLayers(reader: ContentReader, repository: RepositoryName, digest: Digest) {
  const found = await reader.findManifest(repository, { kind: 'digest', digest }, MAX_LISTED_BYTES);
  const parsed = found?.parsed;
  if (!parsed) return [];
  const config = await findImageConfig(reader, repository, parsed);
  const history = config ? matchHistory(config, parsed.layers) : [];
  if (!history.some(({ layer }) => layer)) {
    return parsed.layers.map((layer) => ({ digest: layer.digest, size: layer.sizeBytes, instruction: '' }));
  }
  return history.map(({ layer, command }) => ({
    ...(layer && { digest: layer.digest }),
    size: layer?.sizeBytes ?? 0,
    instruction: command,
  }));
}
