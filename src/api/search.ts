import { z } from 'zod';
import { time, visibility } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery, queryList } from './page.ts';

const values = queryList(z.string().min(1).max(200)).optional();

const facet = z.array(z.object({ value: z.string(), count: z.int() }));

const searchHitSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    visibility,
    is_official: z.boolean(),
    star_count: z.int(),
    pull_count: z.int(),
    updated_at: time,
    architectures: z.array(z.string()),
    operating_systems: z.array(z.string()),
    categories: z.array(z.string()),
    media_type: z.string().optional(),
  })
  .meta({ id: 'SearchHit' });

export const searchRepositories = defineContract({
  name: 'search.run',
  method: 'GET',
  path: '/api/v1/search',
  summary: 'Find repositories',
  description:
    'By words of name, description, README and labels, of which the beginning will do; with few matches also inside names and with a slip of the keyboard. Only what may be read. Several values of one filter: any of them (labels: all). The best 1,000 are ranked and counted; `has_more` says that more would fit.',
  query: pageQuery.extend({
    q: z.string().max(200).default('').meta({ description: 'Left out: everything, best known first.' }),
    official: z.stringbool().optional(),
    architecture: values,
    operating_system: values,
    media_type: values.meta({ description: 'Artifact type, or media type of the configuration.' }),
    label: values.meta({ description: '`key=value`' }),
    category: values,
    updated_since: z.iso.datetime({ offset: true }).optional(),
  }),
  result: pageOf(searchHitSchema).extend({
    total: z.int(),
    has_more: z.boolean(),
    facets: z.object({
      official: facet,
      architecture: facet,
      operating_system: facet,
      media_type: facet,
      label: facet,
      category: facet,
    }),
  }),
});

export const rebuildSearch = defineContract({
  name: 'search.rebuild',
  method: 'POST',
  path: '/api/v1/search/rebuild',
  summary: 'Make the search index anew, in the background',
  description: 'Searches find less until it is done. For administrators.',
  status: 202,
});

export type SearchHitView = z.input<typeof searchHitSchema>;
