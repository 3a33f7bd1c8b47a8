import { z } from 'zod';
import { readme, shortDescription } from '../../api/index.ts';
import { findRepositoryFacts } from '../../distribution/index.ts';
import type { Call, RouteRecord } from '../../http/index.ts';
import type { RepositoryName } from '../../oci/index.ts';
import { problem, readJson } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { listCategoriesOf } from '../profile/category-store.ts';
import { changeProfile } from '../profile/change-profile.ts';
import { isoTime, viewRepository } from '../profile/repository-views.ts';
import { search } from '../search/search.ts';
import { hubList, pageOf } from './hub-page.ts';
import { getReadable, hubRoutes, repositoryOf, splitName } from './hub-route.ts';
import { listNamespace } from './list-namespace.ts';

/** As the JSON API takes them. What else tools send is of no meaning here. */
const written = z.object({
  description: shortDescription.optional(),
  full_description: readme.optional(),
});

const onePaths = [
  '/v2/repositories/{namespace}/{name+}',
  '/v2/namespaces/{namespace}/repositories/{name+}',
] as const;

export function hubRepositoryRoutes(context: HubContext): RouteRecord[] {
  return [
    ...hubRoutes({
      name: 'docker-hub.repository.list',
      method: 'GET',
      paths: ['/v2/repositories/{namespace}', '/v2/namespaces/{namespace}/repositories'],
      access: () => 'optional',
      handle: (call) => list(context, call),
    }),
    ...hubRoutes({
      name: 'docker-hub.repository.get',
      method: 'GET',
      paths: onePaths,
      access: () => 'optional',
      handle: async (call) => view(context, call, await getReadable(call)),
    }),
    ...hubRoutes({
      name: 'docker-hub.repository.update',
      method: 'PATCH',
      paths: onePaths,
      access: (params) => ({ type: 'repository', name: repositoryOf(params), actions: ['settings'] }),
      handle: (call) => update(context, call),
    }),
    ...hubRoutes({
      name: 'docker-hub.search',
      method: 'GET',
      paths: ['/v2/search/repositories'],
      access: () => 'optional',
      handle: (call) => find(context, call),
    }),
  ];
}

const constant = {
  repository_type: 'image',
  status: 1,
  status_description: 'active',
  is_automated: false,
  affiliation: null,
  content_types: ['image'],
};

async function list(context: HubContext, call: Call) {
  const { namespace = '' } = call.params;
  const { count, entries } = await listNamespace(context, {
    namespace,
    actor: call.actor,
    page: pageOf(call),
    ordering: call.query.get('ordering'),
    containing: call.query.get('name'),
  });
  const names = entries.map(({ name }) => name);
  const categories = await listCategoriesOf(context.db.reads, names);
  const results = await Promise.all(
    entries.map(async (entry) => {
      const facts = await findRepositoryFacts(context.distribution.db.reads, entry.name);
      return {
        ...constant,
        ...splitName(entry.name),
        description: entry.description,
        is_private: entry.is_public === 0,
        star_count: entry.stars,
        pull_count: entry.pulls,
        last_updated: isoTime(entry.updated_at),
        date_registered: isoTime(facts?.createdAt ?? entry.updated_at),
        media_types: [],
        categories: toCategories(categories.get(entry.name) ?? []),
      };
    }),
  );
  return hubList(call, { path: `/v2/repositories/${namespace}/`, count, results });
}

const toCategories = (slugs: readonly string[]) => slugs.map((slug) => ({ name: slug, slug }));

async function view(context: HubContext, call: Call, repository: RepositoryName) {
  const { view } = await viewRepository(context, repository, call.actor);
  const may = (action: string) => call.may({ type: 'repository', name: repository, actions: [action] });
  const [write, admin, canEdit] = await Promise.all([may('push'), may('administer'), may('settings')]);
  const { namespace } = splitName(repository);
  return {
    ...constant,
    ...splitName(repository),
    user: namespace,
    hub_user: namespace,
    description: view.description,
    full_description: view.readme,
    is_private: view.visibility === 'private',
    star_count: view.star_count,
    pull_count: view.pull_count,
    last_updated: view.updated_at,
    date_registered: view.created_at,
    collaborator_count: 0,
    has_starred: view.starred,
    can_edit: canEdit,
    permissions: { read: true, write, admin },
    media_types: view.media_type === undefined ? [] : [view.media_type],
    categories: toCategories(view.categories),
    immutable_tags: false,
  };
}

async function update(context: HubContext, call: Call) {
  const repository = repositoryOf(call.params);
  const parsed = written.safeParse(await readJson(call));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem('invalid-request', `${issue?.path.join('.') || 'The body'}: ${issue?.message}`);
  }
  const { description, full_description: fullDescription } = parsed.data;
  await changeProfile(context, repository, { description, readme: fullDescription, call });
  return view(context, call, repository);
}

async function find(context: HubContext, call: Call) {
  const { found, total } = await search(context, {
    actor: call.actor,
    text: call.query.get('query') ?? '',
    filters: { facets: {}, updatedSince: undefined },
    ...pageOf(call),
    withFacets: false,
  });
  return hubList(call, {
    path: '/v2/search/repositories/',
    count: total,
    results: found.map((one) => ({
      repo_name: one.name,
      short_description: one.description,
      star_count: one.stars,
      pull_count: one.pulls,
      repo_owner: '',
      is_automated: false,
      is_official: one.isOfficial === 1,
    })),
  });
}
