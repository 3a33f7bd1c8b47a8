import { setImmediate } from 'node:timers/promises';
import type { TagView } from '../../api/index.ts';
import type { TagSummary } from '../../distribution/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { listTagActivity } from '../counts/activity-store.ts';
import { isoTime } from '../profile/repository-views.ts';
import { describeContent, MAX_LISTED_BYTES } from './describe-content.ts';

/** Tags as the API shows them, in the same order; those that are gone meanwhile are left out. */
export async function viewTags(
  { db, reader }: Pick<HubContext, 'db' | 'reader'>,
  repository: RepositoryName,
  tags: readonly TagSummary[],
): Promise<TagView[]> {
  const activity = await listTagActivity(
    db.reads,
    repository,
    tags.map(({ name }) => name),
  );
  const known = new Map(activity.map((one) => [one.tag, one]));
  const views: TagView[] = [];
  for (const { name, digest, updatedAt } of tags) {
    const manifest = await reader.findManifest(repository, { kind: 'digest', digest }, MAX_LISTED_BYTES);
    if (!manifest) continue;
    const { contentBytes, images, isTruncated } = await describeContent(reader, repository, manifest);
    const { lastPushedBy, lastPulledAt, pulls } = known.get(name) ?? {};
    const artifactType = manifest.parsed?.artifactType;
    views.push({
      name,
      digest,
      media_type: manifest.mediaType,
      ...(artifactType !== undefined && { artifact_type: artifactType }),
      size_bytes: contentBytes,
      platforms: images.map((image) => ({
        ...image.platform,
        digest: image.digest,
        ...(image.contentBytes !== undefined && { size_bytes: image.contentBytes }),
      })),
      platforms_truncated: isTruncated,
      pushed_at: isoTime(updatedAt),
      ...(lastPushedBy && { pushed_by: lastPushedBy }),
      ...(lastPulledAt && { last_pulled_at: isoTime(lastPulledAt) }),
      pull_count: pulls ?? 0,
    });
    // Indexes of many platforms: others get their turn between one tag and the next.
    await setImmediate();
  }
  return views;
}
