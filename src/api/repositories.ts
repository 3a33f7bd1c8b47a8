import { z } from 'zod';
import { namespaceParams, repositoryName, time, visibility } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const params = z.strictObject({ name: repositoryName });
const onePath = '/api/v1/repositories/{name+}';
const slug = z.string().regex(/^(?=.{1,50}$)[a-z0-9]+(?:-[a-z0-9]+)*$/, 'like `web-servers`');

/** One line, as lists show it. */
export const shortDescription = z
  .string()
  .trim()
  .max(100)
  .regex(/^\P{C}*$/u, 'no control characters and no line breaks')
  .meta({ description: 'One line of at most 100 characters.' });
/** Markdown. */
export const readme = z.string().max(25_000).meta({ description: 'Markdown, at most 25,000 characters.' });
const categories = z.array(slug).max(3).meta({ description: 'Slugs of categories, at most three.' });

export const repositorySummarySchema = z
  .object({
    name: repositoryName,
    description: z.string(),
    visibility,
    is_official: z.boolean(),
    star_count: z.int(),
    pull_count: z.int(),
    updated_at: time.meta({ description: 'When its newest tag moved; without a tag, when it was made.' }),
  })
  .meta({ id: 'RepositorySummary' });

const repositorySchema = repositorySummarySchema
  .extend({
    readme: z.string(),
    readme_html: z.string().meta({ description: 'The README as HTML that is safe to show.' }),
    categories: z.array(z.string()),
    push_count: z.int(),
    starred: z.boolean().meta({ description: 'By who asks.' }),
    created_at: time,
    last_pulled_at: time.optional(),
    last_pushed_at: time.optional(),
    newest_tag: z.string().optional(),
    media_type: z.string().optional().meta({ description: 'Of what its newest tag holds.' }),
    platforms: z.array(z.object({ os: z.string(), architecture: z.string() })),
    labels: z
      .record(z.string(), z.string())
      .meta({ description: 'Labels and annotations of the newest image. Their maker’s words, unchecked.' }),
  })
  .meta({ id: 'Repository' });

export const getRepository = defineContract({
  name: 'repository.get',
  method: 'GET',
  path: onePath,
  summary: 'What a repository is',
  description:
    'Where nobody wrote a description, that of the newest image (`org.opencontainers.image.description`, `…title`). `ETag` is the version of what PATCH changes, not of the counts.',
  params,
  result: repositorySchema,
});

export const updateRepository = defineContract({
  name: 'repository.update',
  method: 'PATCH',
  path: onePath,
  summary: 'Describe a repository',
  description: 'Only what is named changes. `is_official` is for administrators.',
  params,
  body: z.strictObject({
    description: shortDescription.optional(),
    readme: readme.optional(),
    categories: categories.optional(),
    is_official: z.boolean().optional(),
  }),
  result: repositorySchema,
});

export const createRepository = defineContract({
  name: 'repository.create',
  method: 'POST',
  path: '/api/v1/repositories',
  summary: 'Make an empty repository',
  description:
    'A push makes one, too. Needs `create` in its namespace; of one word (`nginx`) only administrators make one. 409 when there is one.',
  body: z.strictObject({
    name: repositoryName,
    visibility: visibility.optional().meta({ description: 'Left out: as its namespace says.' }),
    description: shortDescription.optional(),
    readme: readme.optional(),
    categories: categories.optional(),
  }),
  result: repositorySchema,
  status: 201,
});

export const listNamespaceRepositories = defineContract({
  name: 'namespace.repository.list',
  method: 'GET',
  path: '/api/v1/namespaces/{namespace}/repositories',
  summary: 'The repositories of a user or an organisation, those that may be read',
  description: 'By name, empty ones too. A page may be shorter than asked for and still have a `next`.',
  params: namespaceParams,
  query: pageQuery,
  result: pageOf(repositorySummarySchema),
});

const categorySchema = z.object({ slug: z.string(), title: z.string() }).meta({ id: 'Category' });

export const listCategories = defineContract({
  name: 'category.list',
  method: 'GET',
  path: '/api/v1/categories',
  summary: 'What repositories may be put under',
  query: pageQuery,
  result: pageOf(categorySchema),
});

export const putCategory = defineContract({
  name: 'category.put',
  method: 'PUT',
  path: '/api/v1/categories/{slug}',
  summary: 'Add a category or give it another title',
  params: z.strictObject({ slug }),
  body: z.strictObject({
    title: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^\P{C}*$/u),
  }),
  result: categorySchema,
});

export const deleteCategory = defineContract({
  name: 'category.delete',
  method: 'DELETE',
  path: '/api/v1/categories/{slug}',
  summary: 'Remove a category, also from repositories',
  params: z.strictObject({ slug }),
  status: 204,
});

export type RepositoryView = z.input<typeof repositorySchema>;
export type RepositorySummaryView = z.input<typeof repositorySummarySchema>;
