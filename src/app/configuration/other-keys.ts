import type { DefaultedKey, IgnoredKey, Key, LaterKey, SupportedKey } from './key.ts';
import { boolean, integer, oneOf, period } from './value-types.ts';

/** Read from the file alone: what comes from the environment cannot change it. */
export const version: SupportedKey<string> = {
  status: 'supported',
  path: 'version',
  type: oneOf('0.1'),
  doc: 'Version of the file format. `registry:2` demands it.',
};

export const healthEnabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'health.storagedriver.enabled',
  type: boolean,
  default: 'true',
  doc: 'Whether `/readyz` tries the storage, and answers 503 when it fails.',
};

export const healthInterval: DefaultedKey<number> = {
  status: 'supported',
  path: 'health.storagedriver.interval',
  type: period,
  default: '10s',
  doc: 'The storage is not tried more often than this, however often `/readyz` is asked.',
};

export const healthThreshold: DefaultedKey<number> = {
  status: 'supported',
  path: 'health.storagedriver.threshold',
  type: integer(0),
  default: '3',
  doc: 'Failures in a row after which the storage counts as failing.',
};

export const catalogMaxEntries: DefaultedKey<number> = {
  status: 'supported',
  path: 'catalog.maxentries',
  type: integer(1),
  default: '1000',
  doc: 'Most repositories in one page of the catalog.',
};

/** Ours: registry:2 cannot be told to. */
export const sparseManifests: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'validation.manifests.sparse',
  type: boolean,
  default: 'false',
  doc: 'Takes images whose config or layers are not in the repository. Otherwise such a push is refused with `MANIFEST_BLOB_UNKNOWN`, because nobody could pull the image. Children that an index lacks are taken in any case.',
};

/** Ours, too. */
export const auditRetentionDays: SupportedKey<number> = {
  status: 'supported',
  path: 'audit.retentiondays',
  type: integer(1),
  doc: 'Days after which lines of the audit log are dropped. Without it they are kept for ever.',
};

export const tagsMaxTags: SupportedKey<number> = {
  status: 'supported',
  path: 'tags.maxtags',
  type: integer(1),
  doc: 'Most tags in one page of a tag list.',
};

function ignored(path: string, doc: string, warning?: string): IgnoredKey {
  return { status: 'ignored', path, doc, ...(warning === undefined ? {} : { warning }) };
}

function later(path: string, doc: string, instead: string, harmless?: string): LaterKey {
  return { status: 'later', path, doc, instead, ...(harmless === undefined ? {} : { harmless }) };
}

const allUrls = 'remove it: manifests may name any layer URL';
const onlyWithRemote = 'Has a meaning only together with `proxy.remoteurl`.';

export const otherKeys: readonly Key[] = [
  version,
  healthEnabled,
  healthInterval,
  healthThreshold,
  later('health.file', 'Health by the absence of a file.', 'remove it and ask /readyz'),
  later('health.http', 'Health of another HTTP service.', 'remove it and ask that service itself'),
  later('health.tcp', 'Health of another TCP service.', 'remove it and ask that service itself'),
  catalogMaxEntries,
  tagsMaxTags,
  auditRetentionDays,
  later(
    'proxy.remoteurl',
    'Pull-through cache of another registry.',
    'keep registry:2 for the cache, or remove it',
  ),
  ignored('proxy.username', onlyWithRemote),
  ignored('proxy.password', onlyWithRemote),
  ignored('proxy.ttl', onlyWithRemote),
  ignored('proxy.exec', onlyWithRemote),
  ignored('proxy.cachewritetimeout', onlyWithRemote),
  later(
    'notifications.endpoints',
    'Receivers of events.',
    'remove it, or set disabled: true on each endpoint',
  ),
  ignored('notifications.events', 'Has a meaning only together with `notifications.endpoints`.'),
  later(
    'middleware',
    'Go code around storage and repositories (`cloudfront`, `redirect`, `rewrite`).',
    'remove it',
  ),
  ignored('redis', 'The cache of descriptors in Redis is not needed.'),
  ignored('validation.enabled', 'Manifests are always checked.'),
  ignored(
    'validation.disabled',
    'Manifests are always checked; layers with foreign URLs are accepted in any case.',
  ),
  later('validation.manifests.urls.allow', 'Layer URLs that are accepted.', allUrls),
  later('validation.manifests.urls.deny', 'Layer URLs that are refused.', allUrls),
  sparseManifests,
  ignored(
    'validation.manifests.indexes',
    'No image of an index must be there before it, whatever its platform: registry:3 calls this `platforms: none`.',
  ),
  later('policy.repository.classes', 'Classes of repositories that are accepted.', 'remove it'),
  ignored(
    'compatibility.schema1',
    'Image manifests of version 1, which no client writes since 2017.',
    'manifests of version 1 are not accepted; push such images again with a newer client',
  ),
];
