import { z } from 'zod';
import { repositoryName } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';
import { repositorySummarySchema } from './repositories.ts';

const params = z.strictObject({ name: repositoryName });
const path = '/api/v1/repositories/{name+}/star';

export const putStar = defineContract({
  name: 'repository.star.put',
  versioned: false,
  method: 'PUT',
  path,
  summary: 'Star a repository',
  description:
    'One a user; again changes nothing. Only users with an account have stars; they go with the account.',
  params,
  status: 204,
});

export const deleteStar = defineContract({
  name: 'repository.star.delete',
  method: 'DELETE',
  path,
  summary: 'Take a star back',
  params,
  status: 204,
});

export const listStars = defineContract({
  name: 'star.list',
  method: 'GET',
  path: '/api/v1/stars',
  summary: 'What I starred, the newest first',
  description:
    'Without what may no longer be read: a page may be shorter than asked for and still have a `next`.',
  query: pageQuery,
  result: pageOf(repositorySummarySchema),
});
