import { BlobError } from '../blob/index.ts';
import { DbError } from '../db/index.ts';
import { type Digest, OciError, type Reference, type RepositoryName } from '../oci/index.ts';

export function blobUnknown(repository: RepositoryName, digest: Digest): OciError {
  return new OciError('BLOB_UNKNOWN', `${repository} has no blob ${digest}.`, { detail: { digest } });
}

export function manifestUnknown(repository: RepositoryName, reference: Reference): OciError {
  const name = reference.kind === 'tag' ? `:${reference.tag}` : `@${reference.digest}`;
  return new OciError('MANIFEST_UNKNOWN', `There is no manifest ${repository}${name}.`, {
    detail: reference.kind === 'tag' ? { tag: reference.tag } : { digest: reference.digest },
  });
}

export function uploadUnknown(id: string): OciError {
  return new OciError(
    'BLOB_UPLOAD_UNKNOWN',
    'There is no such upload: it was finished, cancelled or expired. Start a new one.',
    {
      detail: { upload: id },
    },
  );
}

/**
 * States the trouble of a store in the protocol's words: 507 when space is missing, 503 otherwise, with `Retry-After`
 * when a retry may help. Everything else passes through.
 */
export function toOciError(error: unknown): unknown {
  if (!(error instanceof BlobError || error instanceof DbError)) return error;
  switch (error.code) {
    case 'store-full':
    case 'database-full':
      return new OciError(
        'UNAVAILABLE',
        'The registry has no space left. Nothing was stored; its operator has to free some.',
        {
          status: 507,
          cause: error,
        },
      );
    case 'store-unavailable':
    case 'database-unavailable':
      return new OciError(
        'UNAVAILABLE',
        'The registry cannot reach its storage now. Nothing was lost; try again.',
        {
          headers: { 'Retry-After': '5' },
          cause: error,
        },
      );
    case 'database-corrupt':
      return new OciError(
        'UNAVAILABLE',
        'The registry cannot read its database. Its log tells its operator what to do.',
        { cause: error },
      );
    default:
      return error;
  }
}
