import { z } from 'zod';
import { deleteManifest as deleteContract, getManifest, listReferrers } from '../../api/index.ts';
import { deleteManifest, listReferrers as listReferrersOf } from '../../distribution/index.ts';
import { parseDigest, parseReference, parseRepositoryName } from '../../oci/index.ts';
import { type ApiRoute, apiRoute, decodeCursor, encodeCursor, originOf, problem } from '../../rest/index.ts';
import type { HubContext } from '../context.ts';
import { getRepositoryFacts } from '../profile/repository-views.ts';
import { onRepository } from '../routes/administrators.ts';
import { viewManifest } from './manifest-view.ts';

export function manifestRoutes(context: HubContext): ApiRoute[] {
  const { distribution, reader } = context;

  return [
    apiRoute(getManifest, {
      access: onRepository('pull'),
      async handle({ params, call }) {
        const repository = parseRepositoryName(params.name);
        const reference = parseReference(params.reference);
        const manifest = await reader.findManifest(repository, reference);
        if (!manifest) throw problem('not-found', `${repository} has no manifest ${params.reference}.`);
        const asked = { repository, reference, manifest, origin: call.origin() };
        return { body: await viewManifest(context, asked) };
      },
    }),

    apiRoute(deleteContract, {
      access: onRepository('delete'),
      async handle({ params, call }) {
        await deleteManifest(distribution, {
          repository: parseRepositoryName(params.name),
          reference: { kind: 'digest', digest: parseDigest(params.reference) },
          actor: call.actor,
          origin: originOf(call),
        });
        return {};
      },
    }),

    apiRoute(listReferrers, {
      access: onRepository('pull'),
      async handle({ params, query }) {
        const { name: repository } = await getRepositoryFacts(context, parseRepositoryName(params.name));
        const { referrers, hasMore } = await listReferrersOf(distribution.db.reads, {
          repository,
          subject: parseDigest(params.digest),
          artifactType: query.artifact_type,
          after: decodeCursor(z.string(), query.cursor) ?? '',
          limit: query.limit,
        });
        const last = hasMore ? referrers.at(-1) : undefined;
        return {
          body: {
            items: referrers.map(({ digest, mediaType, sizeBytes, artifactType, annotations }) => ({
              digest,
              media_type: mediaType,
              size_bytes: sizeBytes,
              ...(artifactType !== undefined && { artifact_type: artifactType }),
              annotations: { ...annotations },
            })),
            ...(last && { next: encodeCursor(last.digest) }),
          },
        };
      },
    }),
  ];
}
