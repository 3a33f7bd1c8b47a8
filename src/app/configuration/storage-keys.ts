import type { DefaultedKey, IgnoredKey, Key, LaterKey, SupportedKey } from './key.ts';
import { age, boolean, marker, path, period } from './value-types.ts';

export const rootDirectory: DefaultedKey<string> = {
  status: 'supported',
  path: 'storage.filesystem.rootdirectory',
  type: path,
  default: './data',
  doc: 'Folder of blobs and database. When the driver `filesystem` is named without a folder, it is `/var/lib/registry`, as in `registry:2`.',
};

const inMemory: SupportedKey<true> = {
  status: 'supported',
  path: 'storage.inmemory',
  type: marker,
  doc: 'Keeps everything in memory and loses it at the end: for tests.',
};

export const deleteEnabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'storage.delete.enabled',
  type: boolean,
  default: 'true',
  doc: 'Whether tags, manifests and blobs can be deleted. On by default here, off in `registry:2`.',
};

export const readOnly: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'storage.maintenance.readonly.enabled',
  type: boolean,
  default: 'false',
  doc: 'Refuses pushes and deletions with 405.',
};

export const purgingEnabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'storage.maintenance.uploadpurging.enabled',
  type: boolean,
  default: 'true',
  doc: 'Removes uploads that nobody finished.',
};

export const purgingAge: DefaultedKey<number> = {
  status: 'supported',
  path: 'storage.maintenance.uploadpurging.age',
  type: age,
  default: '168h',
  doc: 'Age at which an unfinished upload is removed.',
};

export const purgingInterval: DefaultedKey<number> = {
  status: 'supported',
  path: 'storage.maintenance.uploadpurging.interval',
  type: period,
  default: '24h',
  doc: 'Time between two searches for unfinished uploads.',
};

export const purgingDryRun: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'storage.maintenance.uploadpurging.dryrun',
  type: boolean,
  default: 'false',
  doc: 'Removes nothing.',
};

function ignored(path: string, doc: string): IgnoredKey {
  return { status: 'ignored', path: `storage.${path}`, doc };
}

function otherDriver(name: string, title: string): LaterKey {
  return {
    status: 'later',
    path: `storage.${name}`,
    isChoice: true,
    doc: `Storage in ${title}.`,
    instead: 'use storage.filesystem with a rootdirectory',
  };
}

export const storageKeys: readonly Key[] = [
  rootDirectory,
  ignored('filesystem.maxthreads', 'Parallel file operations; Lading leaves this to the system.'),
  inMemory,
  deleteEnabled,
  readOnly,
  purgingEnabled,
  purgingAge,
  purgingInterval,
  purgingDryRun,
  ignored('redirect.disable', 'Blobs in files are always sent by Lading itself.'),
  ignored(
    'cache',
    'Descriptors are facts of the database, so there is no cache of them to choose (`blobdescriptor`, `blobdescriptorsize`).',
  ),
  ignored('tag.concurrencylimit', 'Tags are found in the database without walking files.'),
  otherDriver('s3', 'S3'),
  otherDriver('gcs', 'Google Cloud Storage'),
  otherDriver('azure', 'Azure Blob Storage'),
  otherDriver('swift', 'OpenStack Swift'),
  otherDriver('oss', 'Aliyun OSS'),
];
