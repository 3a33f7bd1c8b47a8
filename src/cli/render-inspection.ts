import type { ReferrerRow } from '../distribution/index.ts';
import { printable } from '../kernel/index.ts';
import type { Descriptor } from '../oci/index.ts';
import { formatPlatform } from './describe-manifest.ts';
import { formatBytes } from './format-bytes.ts';
import type { InspectedManifest } from './inspect-manifest.ts';
import { jsonLine } from './json-line.ts';
import type { Output } from './output.ts';

/** One object on a line; what does not apply is left out or empty. */
export function inspectionJson(inspected: InspectedManifest): string {
  const { manifest, parsed, hasMore } = inspected;
  return jsonLine({
    repository: inspected.repository,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    kind: inspected.kind,
    artifactType: parsed?.artifactType,
    manifestSizeBytes: manifest.sizeBytes,
    contentSizeBytes: inspected.contentSizeBytes,
    platforms: inspected.platforms,
    tags: inspected.tags,
    ...(hasMore.tags && { hasMoreTags: true }),
    subject: parsed?.subject,
    annotations: parsed?.annotations ?? {},
    config: parsed?.config,
    layers: parsed?.layers ?? [],
    manifests: parsed?.manifests ?? [],
    referrers: inspected.referrers,
    ...(hasMore.referrers && { hasMoreReferrers: true }),
  });
}

/** For people. Everything that a pusher chose is made printable. */
export function inspectionText(inspected: InspectedManifest, out: Pick<Output, 'style'>): string {
  const { repository, manifest, parsed, hasMore } = inspected;
  const title = (text: string) => out.style('bold', text);
  const facts = [
    ['Repository', repository],
    ['Digest', manifest.digest],
    ['Tags', inspected.tags.join(', ') + (hasMore.tags ? ' and more' : '') || 'none'],
    ['Media type', manifest.mediaType],
    ['Kind', inspected.kind],
    ['Platforms', inspected.platforms.join(', ')],
    ['Size', sizes(inspected)],
    ['Subject', parsed?.subject?.digest ?? ''],
  ];
  const lines = facts
    .filter(([, value]) => value !== '')
    .map(([name = '', value = '']) => `${title(name.padEnd(12))}${printable(value)}`);
  const section = (name: string, rows: readonly string[]) => {
    if (rows.length > 0) lines.push('', title(name), ...rows.map((row) => `  ${row}`));
  };
  section('Config', parsed?.config ? [blobRow(parsed.config)] : []);
  section('Layers', parsed?.layers.map(blobRow) ?? []);
  section('Manifests', parsed?.manifests.map(manifestRow) ?? []);
  section(
    'Annotations',
    Object.entries(parsed?.annotations ?? {}).map(([key, value]) => printable(`${key}: ${value}`)),
  );
  section('Referrers', inspected.referrers.map(referrerRow));
  if (hasMore.referrers) lines.push('  and more');
  return `${lines.join('\n')}\n`;
}

function sizes({ manifest, contentSizeBytes }: InspectedManifest): string {
  const own = `manifest ${formatBytes(manifest.sizeBytes)}`;
  return contentSizeBytes === undefined ? own : `${formatBytes(contentSizeBytes)}, ${own}`;
}

function blobRow({ digest, sizeBytes, mediaType }: Descriptor): string {
  return row(digest, sizeBytes, mediaType);
}

function manifestRow({ digest, sizeBytes, mediaType, platform, artifactType }: Descriptor): string {
  return row(digest, sizeBytes, formatPlatform(platform) ?? artifactType ?? mediaType);
}

function referrerRow({ digest, sizeBytes, mediaType, artifactType }: ReferrerRow): string {
  return row(digest, sizeBytes, artifactType ?? mediaType);
}

function row(digest: string, sizeBytes: number, what: string): string {
  return `${digest}  ${formatBytes(sizeBytes).padStart(8)}  ${printable(what)}`;
}
