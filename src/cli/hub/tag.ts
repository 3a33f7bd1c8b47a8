import {
  deleteTag,
  getManifest,
  getTag,
  listTags,
  type ManifestView,
  type TagView,
} from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import { createTable } from '../create-table.ts';
import { formatBytes } from '../format-bytes.ts';
import { parseImageArgument } from '../parse-image-argument.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { age, type Columns } from './columns.ts';

const platformsOf = ({ platforms }: TagView) =>
  [...new Set(platforms.map(({ os, architecture }) => `${os}/${architecture}`))].join(', ');

const columns: Columns<TagView> = {
  TAG: (tag) => tag.name,
  DIGEST: (tag) => tag.digest.slice(0, 19),
  SIZE: (tag) => formatBytes(tag.size_bytes),
  PLATFORMS: platformsOf,
  PUSHED: (tag, now) => age(tag.pushed_at, now),
  BY: (tag) => tag.pushed_by,
  PULLS: (tag) => tag.pull_count,
  'LAST PULL': (tag, now) => age(tag.last_pulled_at, now) ?? 'never',
};

const details: Columns<TagView & { readonly manifest: ManifestView }> = {
  Tag: (tag) => `${tag.manifest.repository}:${tag.name}`,
  Digest: (tag) => tag.digest,
  Kind: (tag) => (tag.manifest.kind === 'artifact' ? tag.artifact_type : tag.manifest.kind),
  Size: (tag) => formatBytes(tag.size_bytes),
  Platforms: platformsOf,
  Pushed: (tag, now) => age(tag.pushed_at, now),
  By: (tag) => tag.pushed_by,
  Pulls: (tag) => tag.pull_count,
  'Last pull': (tag, now) => age(tag.last_pulled_at, now) ?? 'never',
  'Also called': (tag) => tag.manifest.tags.filter((name) => name !== tag.name).join(', '),
  'Referred to by': ({ manifest }) =>
    manifest.referrers.artifact_types
      .map(({ artifact_type, count }) => `${count} × ${artifact_type}`)
      .join(', '),
  Pull: (tag) => tag.manifest.pull_commands.docker.replace(`@${tag.digest}`, `:${tag.name}`),
};

const which = { ref: 'REPOSITORY:TAG, such as acme/app:1.0' } as const;

/** Throws `CliError` usage. A bare repository would mean its tag `latest`, which nobody means who deletes. */
function parseTag(ref: string): { name: string; tag: string } {
  const { repository, reference } = parseImageArgument(ref);
  if (reference.kind === 'tag' && ref !== repository) return { name: repository, tag: reference.tag };
  throw new CliError(
    'usage',
    `Say which tag: ${printable(repository)}:TAG. To see them: lading tag list ${repository}`,
  );
}

const list = apiCommand({
  name: 'list',
  description: 'tags of a repository: size, platforms, who pushed them and when they were pulled',
  arguments: { name: 'such as acme/app' },
  options: {
    prefix: { value: 'start', help: 'only tags that begin so' },
    newest: { help: 'the newest first, in place of by name' },
  },
  run: ({ api, list }, params, { prefix, newest }) =>
    list((cursor) => api.call(listTags, { params, query: { cursor, prefix, sort: newest && 'newest' } }), {
      columns,
      empty: `${params.name} has no tags.`,
    }),
});

const show = apiCommand({
  name: 'show',
  description: 'what a tag holds: layers with the commands that made them, and what refers to it',
  arguments: which,
  async run({ api, show, json, context }, { ref }) {
    const params = parseTag(ref);
    const tag = await api.call(getTag, { params });
    // By digest: the tag may move meanwhile.
    const manifest = await api.call(getManifest, { params: { name: params.name, reference: tag.digest } });
    await show({ ...tag, manifest }, details);
    if (json || manifest.layers.length === 0) return;
    await context.out.write('\n');
    await createTable(context.out, [{ title: 'SIZE', align: 'right' }, { title: 'LAYER' }]).write(
      manifest.layers.map(({ size_bytes, command, title, media_type }) => [
        formatBytes(size_bytes),
        printable((command || title || media_type).slice(0, 200)),
      ]),
    );
  },
});

const remove = apiCommand({
  name: 'delete',
  description: 'remove a tag; what it points at stays, and can be pulled by digest',
  arguments: which,
  async run({ api, done }, { ref }) {
    const params = parseTag(ref);
    await api.call(deleteTag, { params });
    await done(`Removed the tag ${ref}. Its manifest stays.`, {
      deleted: params.tag,
      repository: params.name,
    });
  },
});

export const tagCommand = commandGroup({
  name: 'tag',
  description: 'tags of a running registry (`lading ls`, `inspect` and `rm` work without a server)',
  commands: [list, show, remove],
  examples: `  lading tag list acme/app --newest
  lading tag show acme/app:1.0
  lading tag delete acme/app:1.0`,
});
