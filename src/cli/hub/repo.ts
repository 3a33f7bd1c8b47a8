import { readFile } from 'node:fs/promises';
import {
  createRepository,
  deleteRepository,
  deleteStar,
  getRepository,
  listNamespaceRepositories,
  listStars,
  moveRepository,
  putRepositoryVisibility,
  putStar,
  type RepositorySummaryView,
  type RepositoryView,
  updateRepository,
} from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { age, type Columns, minute } from './columns.ts';
import { hostOf } from './parse-server-url.ts';
import { visibilityOption } from './visibility-option.ts';

const columns: Columns<RepositorySummaryView> = {
  REPOSITORY: (repository) => repository.name,
  VISIBILITY: (repository) => repository.visibility,
  STARS: (repository) => repository.star_count,
  PULLS: (repository) => repository.pull_count,
  CHANGED: (repository, now) => age(repository.updated_at, now),
  DESCRIPTION: (repository) => repository.description,
};

const details: Columns<RepositoryView> = {
  Repository: (repository) => repository.name,
  Description: (repository) => repository.description,
  Visibility: (repository) => repository.visibility,
  Official: (repository) => repository.is_official,
  Categories: (repository) => repository.categories.join(', '),
  Stars: (repository) => repository.star_count,
  Pulls: (repository) => repository.pull_count,
  Pushes: (repository) => repository.push_count,
  'Newest tag': (repository) => repository.newest_tag,
  Platforms: (repository) =>
    repository.platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(', '),
  'Last push': (repository, now) => age(repository.last_pushed_at, now),
  'Last pull': (repository, now) => age(repository.last_pulled_at, now),
  Made: (repository) => minute(repository.created_at),
};

const which = { name: 'such as acme/app' } as const;
const descriptions = {
  description: { value: 'line', help: 'what it is, in at most 100 characters' },
  readme: { value: 'file', help: 'Markdown' },
  category: { value: 'slug', many: true, help: "what to find it under, at most three; '' for none" },
} as const;

async function describedBy(options: {
  readonly description: string | undefined;
  readonly readme: string | undefined;
  readonly category: readonly string[] | undefined;
}) {
  const { description, readme, category } = options;
  return {
    description,
    readme: readme === undefined ? undefined : await readFile(readme, 'utf8'),
    categories: category?.filter((slug) => slug !== ''),
  };
}

const list = apiCommand({
  name: 'list',
  description: 'repositories of a user or an organisation, those that you may read',
  arguments: { namespace: { help: 'whose (default: yours)', optional: true } },
  options: { starred: { help: 'what you starred, in place of a namespace' } },
  async run({ api, list, myName, server }, args, { starred }) {
    if (starred) {
      return list((cursor) => api.call(listStars, { query: { cursor } }), {
        columns,
        empty: 'You starred nothing.',
      });
    }
    const namespace = args.namespace ?? (await myName());
    const params = { namespace };
    return list((cursor) => api.call(listNamespaceRepositories, { params, query: { cursor } }), {
      columns,
      empty: `There is none that you may read. A push makes one: docker push ${hostOf(server)}/${namespace}/NAME`,
    });
  },
});

const show = apiCommand({
  name: 'show',
  description: 'what a repository is, with its README',
  arguments: which,
  async run({ api, show, json, context }, params) {
    const repository = await api.call(getRepository, { params });
    await show(repository, details);
    if (json || repository.readme === '') return;
    const lines = repository.readme.split(/\r?\n/).map((line) => `${printable(line)}\n`);
    await context.out.write(`\n${lines.join('')}`);
  },
});

const create = apiCommand({
  name: 'create',
  description: 'make an empty repository; a push makes one, too',
  arguments: which,
  options: { visibility: { ...visibilityOption, help: 'default: as its namespace says' }, ...descriptions },
  async run({ api, done, server }, { name }, options) {
    const body = {
      name,
      visibility: options.visibility as 'public' | 'private' | undefined,
      ...(await describedBy(options)),
    };
    const made = await api.call(createRepository, { body });
    await done(
      `Made ${name}, ${made.visibility}. Push to it: docker push ${hostOf(server)}/${name}:TAG`,
      made,
    );
  },
});

const edit = apiCommand({
  name: 'edit',
  description: 'change what is named',
  arguments: which,
  options: {
    visibility: { ...visibilityOption, help: 'who may pull it: anybody, or who was given a role' },
    ...descriptions,
    official: { value: 'which', choices: ['yes', 'no'], help: 'the mark of the house (administrators)' },
  },
  async run({ api, done }, { name }, options) {
    const params = { name };
    const { official } = options;
    const body = {
      ...(await describedBy(options)),
      is_official: official === undefined ? undefined : official === 'yes',
    };
    const describes = Object.values(body).some((value) => value !== undefined);
    const visibility = options.visibility as 'public' | 'private' | undefined;
    if (!describes && !visibility) {
      throw new CliError('usage', 'Say what to change, such as --description. See: lading repo edit --help');
    }
    const access = visibility && (await api.call(putRepositoryVisibility, { params, body: { visibility } }));
    const described = describes && (await api.call(updateRepository, { params, body }));
    await done(`Changed ${name}.`, { ...described, ...access });
  },
});

const move = apiCommand({
  name: 'move',
  description: 'give a repository another name, also in another namespace; pulls of the old name go on',
  arguments: { name: 'as it is', to: 'as it will be' },
  async run({ api, done }, { name, to }) {
    const moved = await api.call(moveRepository, { params: { name }, body: { to } });
    await done(`${name} is now ${to}.`, moved);
  },
});

const remove = apiCommand({
  name: 'delete',
  description: 'delete a repository with all its tags; asks nothing',
  arguments: which,
  async run({ api, done }, params) {
    await api.call(deleteRepository, { params });
    await done(`Deleted ${params.name}.`, { deleted: params.name });
  },
});

const star = apiCommand({
  name: 'star',
  description: 'remember a repository, and help others find it',
  arguments: which,
  async run({ api, done }, params) {
    await api.call(putStar, { params });
    await done(`Starred ${params.name}.`, { starred: params.name });
  },
});

const unstar = apiCommand({
  name: 'unstar',
  description: 'take the star back',
  arguments: which,
  async run({ api, done }, params) {
    await api.call(deleteStar, { params });
    await done(`${params.name} is not starred any more.`, { unstarred: params.name });
  },
});

export const repoCommand = commandGroup({
  name: 'repo',
  description: 'repositories of a running registry (`lading ls` works without a server)',
  commands: [list, show, create, edit, move, remove, star, unstar],
  examples: `  lading repo create acme/app --visibility private --description 'The shop'
  lading repo edit acme/app --readme README.md --category web-servers
  lading repo list acme
  lading repo move acme/app acme/shop`,
});
