import { z } from 'zod';
import { namespaceParams, repositoryName, time } from './access-words.ts';
import { defineContract } from './contract.ts';

const bytes = {
  logical_bytes: z.int().meta({ description: 'The blobs of each repository, added up.' }),
  own_bytes: z.int().meta({ description: 'Of blobs that nobody else has, each counted once.' }),
  shared_bytes: z.int().meta({ description: 'Of blobs that somebody else has, too, each counted once.' }),
  blob_count: z.int().meta({ description: 'Different ones.' }),
};

const comparedWith = z.enum(['namespace', 'registry']).meta({
  description:
    'Who “somebody else” is. All of the registry for administrators, else the namespace: who could compare with all might find out what private repositories hold.',
});

const repositoryStorageSchema = z
  .object({ repository: repositoryName, ...bytes, compared_with: comparedWith })
  .meta({ id: 'RepositoryStorage' });

export const getRepositoryStorage = defineContract({
  name: 'repository.storage.get',
  method: 'GET',
  path: '/api/v1/repositories/{name+}/storage',
  summary: 'How much a repository holds',
  params: z.strictObject({ name: repositoryName }),
  result: repositoryStorageSchema,
});

const measured = {
  repository_count: z.int().meta({ description: 'Those with blobs.' }),
  measured_at: time.meta({ description: 'Large registries are measured every few minutes, not each time.' }),
};

const namespaceStorageSchema = z
  .object({ namespace: z.string(), ...bytes, ...measured, compared_with: comparedWith })
  .meta({ id: 'NamespaceStorage' });

export const getNamespaceStorage = defineContract({
  name: 'namespace.storage.get',
  method: 'GET',
  path: '/api/v1/namespaces/{namespace}/storage',
  summary: 'How much a user or an organisation holds',
  description: 'Compared with the namespace alone there is nobody else: then all bytes are its own.',
  params: namespaceParams,
  result: namespaceStorageSchema,
});

const registryStorageSchema = z
  .object({
    logical_bytes: bytes.logical_bytes,
    stored_bytes: z.int().meta({ description: 'Each blob counted once.' }),
    shared_bytes: z
      .int()
      .meta({ description: 'Of these, blobs that several repositories have, each counted once.' }),
    blob_count: bytes.blob_count,
    ...measured,
  })
  .meta({ id: 'RegistryStorage' });

export const getRegistryStorage = defineContract({
  name: 'storage.get',
  method: 'GET',
  path: '/api/v1/storage',
  summary: 'How much the registry holds, for administrators',
  result: registryStorageSchema,
});
