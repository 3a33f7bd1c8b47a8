import { sql, type Transaction } from 'kysely';
import type { Digest } from '../../oci/index.ts';
import type { DistributionTables } from '../tables.ts';

type Trx = Transaction<DistributionTables>;

/** Takes a blob out of every repository, so that each answers that it has it not and the next push brings it back. */
export async function unlinkBlobEverywhere(trx: Trx, digest: Digest): Promise<void> {
  const rows = trx
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.id', 'repository_blob.repository_id')
    .select(['repository.name as repository', sql.lit('layer').as('kind'), 'digest as name'])
    .where('digest', '=', digest);
  await trx.insertInto('tree_change').columns(['repository', 'kind', 'name']).expression(rows).execute();
  await trx.deleteFrom('repository_blob').where('digest', '=', digest).execute();
}

export async function correctBlobSize(trx: Trx, digest: Digest, sizeBytes: number): Promise<void> {
  await trx
    .updateTable('repository_blob')
    .set({ size_bytes: sizeBytes })
    .where('digest', '=', digest)
    .execute();
}

export async function replaceManifestContent(trx: Trx, digest: Digest, content: Uint8Array): Promise<void> {
  await trx.updateTable('manifest_content').set({ content }).where('digest', '=', digest).execute();
}
