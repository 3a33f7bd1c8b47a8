import { z } from 'zod';
import { repositoryName, time } from './access-words.ts';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';
import { platformSchema } from './tags.ts';

const onePath = '/api/v1/repositories/{name+}';
const digest = z.string().min(1).max(200);
const strings = z.record(z.string(), z.string());

const descriptorSchema = z.object({ digest: z.string(), media_type: z.string(), size_bytes: z.int() });

const imageConfigSchema = z
  .object({
    created_at: time.optional(),
    author: z.string().optional(),
    env: z.array(z.string()),
    entrypoint: z.array(z.string()),
    cmd: z.array(z.string()),
    user: z.string(),
    workdir: z.string(),
    ports: z.array(z.string()),
    volumes: z.array(z.string()),
  })
  .meta({ id: 'ImageConfig' });

const manifestSchema = z
  .object({
    repository: repositoryName,
    digest: z.string(),
    kind: z.enum(['image', 'index', 'artifact']).meta({
      description: 'An image that runs, several under one name, or anything else.',
    }),
    media_type: z.string(),
    artifact_type: z.string().optional(),
    size_bytes: z.int().meta({ description: 'Of the manifest itself.' }),
    content_bytes: z.int().meta({ description: 'Configuration and layers, each blob once.' }),
    subject: z.string().optional().meta({ description: 'Digest of what it refers to.' }),
    platform: platformSchema.optional(),
    config: descriptorSchema.optional(),
    image: imageConfigSchema.optional().meta({ description: 'What the configuration of an image says.' }),
    image_problem: z
      .enum(['missing', 'too-large', 'unreadable'])
      .optional()
      .meta({ description: 'Why there is no `image`, or no more than the manifest says.' }),
    layers: z.array(
      descriptorSchema.extend({
        title: z.string().optional().meta({ description: 'A file’s name, as artifacts have.' }),
        command: z.string().optional().meta({ description: 'What made it.' }),
      }),
    ),
    history: z
      .array(
        z.object({
          command: z.string(),
          created_at: time.optional(),
          comment: z.string().optional(),
          empty_layer: z.boolean(),
          layer_digest: z.string().optional(),
          layer_size_bytes: z.int().optional(),
        }),
      )
      .meta({ description: 'Oldest first. Layers are named only where their number fits the history.' }),
    history_truncated: z.boolean(),
    labels: strings.meta({ description: 'Of the configuration. Their maker’s words, unchecked.' }),
    annotations: strings.meta({ description: 'Of the manifest. Their maker’s words, unchecked.' }),
    manifests: z
      .array(
        descriptorSchema.extend({
          platform: platformSchema.optional(),
          artifact_type: z.string().optional(),
          attestation_for: z
            .string()
            .optional()
            .meta({ description: 'Digest of the image that it is an attestation about.' }),
          content_bytes: z.int().optional().meta({ description: 'Absent when it is not in the repository.' }),
        }),
      )
      .meta({ description: 'Of an index. `content_bytes` are looked up for the first 64.' }),
    tags: z.array(z.string()).meta({ description: 'Those that point at it, the first 100 by name.' }),
    has_more_tags: z.boolean(),
    referrers: z
      .object({
        artifact_types: z.array(z.object({ artifact_type: z.string(), count: z.int() })),
        has_more: z.boolean(),
      })
      .meta({ description: 'Of the first 100 that refer to it: signatures, SBOMs and the like.' }),
    pull_commands: z.object({
      docker: z.string(),
      podman: z.string(),
      skopeo: z.string(),
      crane: z.string(),
    }),
  })
  .meta({ id: 'Manifest' });

export const getManifest = defineContract({
  name: 'repository.manifest.get',
  method: 'GET',
  path: `${onePath}/manifests/{reference}`,
  summary: 'What a tag or a digest holds',
  description: 'An explained view; the bytes are at `/v2/NAME/manifests/REFERENCE`. It counts as no pull.',
  params: z.strictObject({ name: repositoryName, reference: digest }),
  result: manifestSchema,
});

export const deleteManifest = defineContract({
  name: 'repository.manifest.delete',
  method: 'DELETE',
  path: `${onePath}/manifests/{reference}`,
  summary: 'Remove a manifest with all tags that point at it',
  description: 'By its digest alone: a tag is removed at `…/tags/TAG`.',
  params: z.strictObject({ name: repositoryName, reference: digest }),
  status: 204,
});

const referrerSchema = descriptorSchema
  .extend({ artifact_type: z.string().optional(), annotations: strings })
  .meta({ id: 'Referrer' });

export const listReferrers = defineContract({
  name: 'repository.referrer.list',
  method: 'GET',
  path: `${onePath}/referrers/{digest}`,
  summary: 'What refers to a manifest: signatures, SBOMs and the like',
  params: z.strictObject({ name: repositoryName, digest }),
  query: pageQuery.extend({ artifact_type: z.string().max(255).optional() }),
  result: pageOf(referrerSchema),
});

export type ManifestView = z.input<typeof manifestSchema>;
