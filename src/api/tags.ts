import { z } from 'zod';
import { repositoryName, time } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const onePath = '/api/v1/repositories/{name+}/tags';
const tagName = z.string().min(1).max(128);
const tagParams = z.strictObject({ name: repositoryName, tag: tagName });

/** Whatever the image’s maker wrote. */
export const platformSchema = z
  .object({
    os: z.string(),
    architecture: z.string(),
    variant: z.string().optional(),
    os_version: z.string().optional(),
  })
  .meta({ id: 'Platform' });

const tagSchema = z
  .object({
    name: z.string(),
    digest: z.string(),
    media_type: z.string(),
    artifact_type: z.string().optional(),
    size_bytes: z.int().meta({
      description: 'Configuration and layers, as they are sent; of all platforms that are there together.',
    }),
    platforms: z.array(
      platformSchema.extend({
        digest: z.string(),
        size_bytes: z
          .int()
          .optional()
          .meta({ description: 'Absent when the image of this platform is not in the repository.' }),
      }),
    ),
    platforms_truncated: z.boolean().meta({ description: 'Whether it has more than are listed.' }),
    pushed_at: time.meta({ description: 'When the tag last moved.' }),
    pushed_by: z.string().optional().meta({ description: 'Absent when nobody in particular did.' }),
    last_pulled_at: time.optional(),
    pull_count: z.int().meta({ description: 'By this tag, since it is there.' }),
  })
  .meta({ id: 'Tag' });

export const listTags = defineContract({
  name: 'repository.tag.list',
  method: 'GET',
  path: onePath,
  summary: 'The tags of a repository',
  params: z.strictObject({ name: repositoryName }),
  query: pageQuery.extend({
    sort: z.enum(['name', 'newest']).default('name'),
    prefix: tagName.optional().meta({ description: 'Only tags that begin so.' }),
  }),
  result: pageOf(tagSchema),
});

export const getTag = defineContract({
  name: 'repository.tag.get',
  method: 'GET',
  path: `${onePath}/{tag}`,
  summary: 'One tag',
  params: tagParams,
  result: tagSchema,
});

export const deleteTag = defineContract({
  name: 'repository.tag.delete',
  method: 'DELETE',
  path: `${onePath}/{tag}`,
  summary: 'Remove a tag; what it points at stays',
  params: tagParams,
  status: 204,
});

export type TagView = z.input<typeof tagSchema>;
