import { z } from 'zod';
import { repositoryName, visibility } from './access-words.ts';
import { defineContract } from './contract.ts';

const repositoryAccessSchema = z
  .object({ name: repositoryName, visibility })
  .meta({ id: 'RepositoryAccess' });

const onePath = '/api/v1/repositories/{name+}';
const params = z.strictObject({ name: repositoryName });

export const getRepositoryVisibility = defineContract({
  name: 'repository.visibility.get',
  method: 'GET',
  path: `${onePath}/visibility`,
  summary: 'Whether anybody may pull it',
  params,
  result: repositoryAccessSchema,
});

export const putRepositoryVisibility = defineContract({
  name: 'repository.visibility.put',
  method: 'PUT',
  path: `${onePath}/visibility`,
  summary: 'Make a repository public or private',
  params,
  body: z.strictObject({ visibility }),
  result: repositoryAccessSchema,
});

export const moveRepository = defineContract({
  name: 'repository.move',
  method: 'POST',
  path: `${onePath}/move`,
  summary: 'Give a repository another name, also in another namespace',
  description:
    'Needs every right on it and `create` where it goes. Pulls of the old name go on until somebody makes a repository of that name. 409 when there is something at the new name.',
  params,
  body: z.strictObject({ to: repositoryName }),
  result: repositoryAccessSchema,
});

export const deleteRepository = defineContract({
  name: 'repository.delete',
  method: 'DELETE',
  path: onePath,
  summary: 'Delete a repository with all tags and manifests',
  params,
  status: 204,
});
