import type { Storage } from '../app/index.ts';
import {
  listReferrers,
  listTagSummaries,
  type ReferrerRow,
  type StoredManifest,
} from '../distribution/index.ts';
import type { RepositoryName, Tag } from '../oci/index.ts';
import { describeManifest, kindOf, type ManifestDescription } from './describe-manifest.ts';
import { readConfigPlatform } from './read-config-platform.ts';

/** No more tags or referrers than this are looked up: there may be any number of them. */
const LISTED = 1000;

export interface InspectedManifest extends ManifestDescription {
  readonly repository: RepositoryName;
  readonly manifest: StoredManifest;
  readonly kind: string;
  readonly tags: readonly Tag[];
  readonly referrers: readonly ReferrerRow[];
  /** Whether there are more tags or referrers than are listed here. */
  readonly hasMore: { readonly tags: boolean; readonly referrers: boolean };
}

/** All that the registry knows of a manifest. */
export async function inspectManifest(
  { db, blobs }: Storage,
  { repository, manifest }: { repository: RepositoryName; manifest: StoredManifest },
): Promise<InspectedManifest> {
  const description = await describeManifest(db.reads, repository, manifest);
  const { parsed } = description;
  const platform = await readConfigPlatform(blobs, parsed?.config);
  const { digest } = manifest;
  const tags = await listTagSummaries(db.reads, { repository, digest, after: '', limit: LISTED + 1 });
  const query = { repository, subject: digest, artifactType: undefined, after: '', limit: LISTED };
  const { referrers, hasMore } = await listReferrers(db.reads, query);
  return {
    ...description,
    repository,
    manifest,
    kind: kindOf(parsed),
    platforms: platform === undefined ? description.platforms : [platform],
    tags: tags.slice(0, LISTED).map((tag) => tag.name),
    referrers,
    hasMore: { tags: tags.length > LISTED, referrers: hasMore },
  };
}
