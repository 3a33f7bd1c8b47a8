import { Command } from 'commander';
import type { Storage } from '../app/index.ts';
import { type DistributionContext, deleteManifest, listTagSummaries } from '../distribution/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { type ImageReference, OciError, type Tag } from '../oci/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { followRemovals } from './follow-removals.ts';
import { jsonLine } from './json-line.ts';
import { openExistingStorage } from './open-existing-storage.ts';
import { parseImageArgument } from './parse-image-argument.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

interface RmOptions extends StorageOptions {
  readonly json?: true;
}

interface Removal {
  readonly ref: string;
  readonly image: ImageReference;
}

export function rmCommand(context: CommandContext): Command {
  const command = new Command('rm')
    .description('remove tags, or manifests with all their tags; asks nothing; a server may be running')
    .argument('<ref...>', 'REPOSITORY:TAG or REPOSITORY@DIGEST')
    .option('--json', 'one JSON object a line')
    .action((refs: string[], options: RmOptions) => rm(context, refs, options))
    .addHelpText(
      'after',
      `
Examples:
  lading rm team/app:1.0                       the tag; its manifest stays and can be pulled by digest
  lading rm team/app@sha256:4f6a…              a manifest (whole digest) and every tag that points at it
  lading ls team/app --json                    tells the digests

Layers and configs are not removed, because other images may use them.`,
    );
  return addStorageOptions(command);
}

async function rm(context: CommandContext, refs: readonly string[], options: RmOptions): Promise<void> {
  // All of them first: a slip in the third must not leave the first two removed.
  const removals = refs.map(parseRemoval);
  const settings = await loadSettings(options, context);
  if (settings.readOnly) {
    throw new CliError(
      'refused',
      'The registry is read-only now (storage.maintenance.readonly). Switch that off first.',
    );
  }
  await using storage = await openExistingStorage({
    storage: settings.storage,
    exclusive: false,
    clock: context.clock,
  });
  let failed = 0;
  for (const removal of removals) {
    try {
      const tags = await remove(storage, context, removal.image);
      await report(context, removal, { tags, json: options.json === true });
    } catch (error) {
      if (!(error instanceof OciError) || removals.length === 1) throw error;
      failed += 1;
      await context.err.write(`${context.err.style('red', 'lading:')} ${error.message}\n`);
    }
  }
  if (failed < removals.length) await followRemovals(storage);
  if (failed < removals.length && !options.json) {
    await context.err.write(
      'No space is free yet: layers stay on disk, and this version of Lading does not clean up those that no image uses any more.\n',
    );
  }
  if (failed > 0)
    throw new CliError('partly-failed', `${failed} of ${removals.length} could not be removed.`);
}

/** Throws `CliError` usage. A bare repository would mean its tag `latest`, which hardly anybody means here. */
function parseRemoval(ref: string): Removal {
  const image = parseImageArgument(ref);
  if (ref === image.repository) {
    throw new CliError(
      'usage',
      `Say which tag or digest of ${ref} to remove: ${ref}:TAG or ${ref}@DIGEST. To see its tags: lading ls ${ref}`,
    );
  }
  return { ref, image };
}

/** Answers the tags that went with it. Throws MANIFEST_UNKNOWN. */
async function remove(storage: Storage, { clock }: CommandContext, image: ImageReference): Promise<Tag[]> {
  const { repository, reference } = image;
  const tags = reference.kind === 'tag' ? [reference.tag] : await tagsOf(storage, image);
  const distribution: DistributionContext = {
    blobs: storage.blobs,
    db: storage.db,
    clock,
    log: silentLogger,
    // Followed once for all of them, at the end.
    onTreeChange: () => {},
  };
  await deleteManifest(distribution, { repository, reference });
  return tags;
}

async function tagsOf({ db }: Storage, { repository, reference }: ImageReference): Promise<Tag[]> {
  if (reference.kind === 'tag') return [reference.tag];
  const tags: Tag[] = [];
  for (;;) {
    const after = tags.at(-1) ?? '';
    const page = await listTagSummaries(db.reads, {
      repository,
      digest: reference.digest,
      after,
      limit: 1000,
    });
    if (page.length === 0) return tags;
    tags.push(...page.map((tag) => tag.name));
  }
}

async function report(
  { out }: CommandContext,
  { ref, image }: Removal,
  { tags, json }: { tags: readonly Tag[]; json: boolean },
): Promise<void> {
  const { repository, reference } = image;
  if (json) {
    const digest = reference.kind === 'digest' ? { digest: reference.digest } : {};
    await out.write(
      jsonLine({ removed: reference.kind === 'tag' ? 'tag' : 'manifest', repository, ...digest, tags }),
    );
  } else if (reference.kind === 'tag') {
    await out.write(`Removed the tag ${ref}. Its manifest stays.\n`);
  } else {
    const also =
      tags.length === 0
        ? 'It had no tags'
        : `With it went ${tags.length === 1 ? 'its tag' : 'its tags'} ${tags.join(', ')}`;
    await out.write(`Removed the manifest ${ref}. ${also}.\n`);
  }
}
