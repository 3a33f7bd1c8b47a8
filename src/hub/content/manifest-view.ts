import type { ManifestView } from '../../api/index.ts';
import { listReferrers, listTagSummaries } from '../../distribution/index.ts';
import type { Descriptor, Digest, ParsedManifest, Reference, RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import type { ContentReader, ReadManifest } from './content-reader.ts';
import {
  attestedBy,
  contentBytesOf,
  findContentBytes,
  isImage,
  MAX_PLATFORMS,
  platformWords,
} from './describe-content.ts';
import { matchHistory } from './match-history.ts';
import { pullCommands } from './pull-commands.ts';

const MAX_TAGS = 100;
const MAX_REFERRERS = 100;

type Where = { readonly repository: RepositoryName; readonly reader: ContentReader };

/** All of one manifest, explained. `reference` is how it was asked for. */
export async function viewManifest(
  { distribution, reader }: Pick<HubContext, 'distribution' | 'reader'>,
  asked: { repository: RepositoryName; reference: Reference; manifest: ReadManifest; origin: string },
): Promise<ManifestView> {
  const { repository, manifest } = asked;
  const { digest, parsed, mediaType, sizeBytes } = manifest;
  const { reads } = distribution.db;
  const tags = await listTagSummaries(reads, { repository, digest, after: '', limit: MAX_TAGS + 1 });
  const where = { repository, reader };
  return {
    repository,
    digest,
    kind: kindOf(parsed),
    media_type: mediaType,
    ...(parsed?.artifactType !== undefined && { artifact_type: parsed.artifactType }),
    size_bytes: sizeBytes,
    content_bytes: parsed ? contentBytesOf(parsed) : 0,
    ...(parsed?.subject && { subject: parsed.subject.digest }),
    ...(await viewImage(where, parsed)),
    annotations: { ...parsed?.annotations },
    manifests: await viewChildren(where, parsed?.manifests ?? []),
    tags: tags.slice(0, MAX_TAGS).map(({ name }) => name),
    has_more_tags: tags.length > MAX_TAGS,
    referrers: await summariseReferrers(reads, repository, digest),
    pull_commands: pullCommands(asked.origin, repository, asked.reference),
  };
}

function kindOf(parsed: ParsedManifest | undefined): ManifestView['kind'] {
  if (parsed?.kind === 'index') return 'index';
  return parsed && isImage(parsed) ? 'image' : 'artifact';
}

type ImagePart = Pick<
  ManifestView,
  'platform' | 'config' | 'image' | 'image_problem' | 'layers' | 'history' | 'history_truncated' | 'labels'
>;

async function viewImage(
  { repository, reader }: Where,
  parsed: ParsedManifest | undefined,
): Promise<ImagePart> {
  const descriptor = parsed?.config;
  const config = descriptor && { config: toDescriptor(descriptor) };
  const layers = parsed?.layers ?? [];
  const bare = { ...config, layers: layers.map(toLayer), history: [], history_truncated: false, labels: {} };
  if (!parsed || !descriptor || !isImage(parsed)) return bare;
  const read = await reader.readConfig(repository, descriptor);
  if ('problem' in read) return { ...bare, image_problem: read.problem };
  const image = read.config;
  const history = matchHistory(image, layers);
  const commands = new Map(history.flatMap(({ layer, command }) => (layer ? [[layer, command]] : [])));
  const platform = platformWords(image);
  return {
    ...config,
    ...(platform && { platform }),
    image: {
      ...(image.createdAt !== undefined && { created_at: image.createdAt }),
      ...(image.author !== undefined && { author: image.author }),
      env: [...image.env],
      entrypoint: [...image.entrypoint],
      cmd: [...image.cmd],
      user: image.user,
      workdir: image.workdir,
      ports: [...image.ports],
      volumes: [...image.volumes],
    },
    layers: layers.map((layer) => {
      const command = commands.get(layer);
      return { ...toLayer(layer), ...(command !== undefined && { command }) };
    }),
    history: history.map(({ command, createdAt, comment, isEmptyLayer, layer }) => ({
      command,
      ...(createdAt !== undefined && { created_at: createdAt }),
      ...(comment !== undefined && { comment }),
      empty_layer: isEmptyLayer,
      ...(layer && { layer_digest: layer.digest, layer_size_bytes: layer.sizeBytes }),
    })),
    history_truncated: image.isHistoryTruncated,
    labels: { ...image.labels },
  };
}

const toDescriptor = ({ digest, mediaType, sizeBytes }: Descriptor) => ({
  digest,
  media_type: mediaType,
  size_bytes: sizeBytes,
});

function toLayer(layer: Descriptor) {
  const title = layer.annotations?.['org.opencontainers.image.title'];
  return { ...toDescriptor(layer), ...(title !== undefined && { title }) };
}

async function viewChildren(
  { repository, reader }: Where,
  children: readonly Descriptor[],
): Promise<ManifestView['manifests']> {
  const views: ManifestView['manifests'] = [];
  for (const [index, child] of children.entries()) {
    const isLookedUp = index < MAX_PLATFORMS;
    const contentBytes = isLookedUp ? await findContentBytes(reader, repository, child.digest) : undefined;
    const platform = platformWords(child.platform);
    const attested = attestedBy(child);
    views.push({
      ...toDescriptor(child),
      ...(platform && { platform }),
      ...(child.artifactType !== undefined && { artifact_type: child.artifactType }),
      ...(attested !== undefined && { attestation_for: attested }),
      ...(contentBytes !== undefined && { content_bytes: contentBytes }),
    });
  }
  return views;
}

async function summariseReferrers(
  reads: HubContext['distribution']['db']['reads'],
  repository: RepositoryName,
  subject: Digest,
): Promise<ManifestView['referrers']> {
  const query = { repository, subject, artifactType: undefined, after: '', limit: MAX_REFERRERS };
  const { referrers, hasMore } = await listReferrers(reads, query);
  const byType = Map.groupBy(referrers, ({ artifactType }) => artifactType ?? '');
  return {
    artifact_types: [...byType].map(([type, some]) => ({ artifact_type: type, count: some.length })),
    has_more: hasMore,
  };
}
