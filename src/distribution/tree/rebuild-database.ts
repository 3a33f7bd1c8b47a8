import { link, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CarriedOver, carryOver, type Database, DbError } from '../../db/index.ts';
import { type DistributionTables, distributionTableNames } from '../tables.ts';
import { type Adoption, type AdoptionOptions, adoptTree } from './adopt-tree.ts';
import { syncDirectory } from './directory-sync.ts';
import type { LinkTree } from './link-tree.ts';
import { errnoOf, ifPresent, onTree } from './on-tree.ts';
import { createTrail } from './trail.ts';

export interface Rebuild extends Adoption {
  /** Where the database from before was put; undefined if there was none. */
  readonly oldFile: string | undefined;
  /**
   * Why changes that only the old database knew could not be written to the tree first, if so. What was pushed or
   * deleted just before may then be missing, or there again.
   */
  readonly unreadable: string | undefined;
  /** What no file holds (accounts and the like) and came over from the old database; undefined without one. */
  readonly carriedOver: CarriedOver | undefined;
}

/**
 * Makes the database anew from the tree. The new one is built beside the old one and takes its place only when it
 * is complete; the old one is kept. Facts of other owners, which the tree does not hold, are copied from the old one as
 * far as it can be read. Nobody else may use the root: hold its lock. Throws as `adoptTree` does.
 */
export async function rebuildDatabase(
  options: Omit<AdoptionOptions, 'db'> & {
    file: string;
    open: (file: string) => Promise<Database<DistributionTables>>;
    tree: LinkTree;
  },
): Promise<Rebuild> {
  const { file, open, clock, log } = options;
  const unreadable = await followTheLast(options);
  if (unreadable !== undefined) log.warn({ file, unreadable }, 'the old database cannot be read to its end');

  const newFile = `${file}.rebuilding`;
  for (const suffix of [...logSuffixes, ''])
    await onTree('remove a file', newFile, () => rm(newFile + suffix, { force: true }));
  const adoption = await (async () => {
    await using db = await open(newFile);
    return await adoptTree({ ...options, db });
  })();

  const carriedOver = (await isPresent(file)) ? carryOthersOver(file, newFile) : undefined;

  const time = new Date(clock.now()).toISOString().replace(/[-:.]/g, '');
  const oldFile = `${file}.${time}.old`;
  const hadOld = await onTree('put the new database in place', file, async () => {
    // The log first: beside another database it would be taken for that one's.
    for (const suffix of logSuffixes) await ifPresent(rename(file + suffix, oldFile + suffix));
    const kept = await ifPresent(keepAs(oldFile, file));
    await rename(newFile, file);
    syncDirectory(dirname(file));
    return kept === true;
  });
  return { ...adoption, oldFile: hadOld ? oldFile : undefined, unreadable, carriedOver };
}

/** SQLite's files beside the database. Closed, as the new one is, it has none. */
const logSuffixes = ['-wal', '-shm'];

/**
 * A second name rather than another, so that at each moment a database is in place: what no other file holds would be gone
 * with a crash here. Where there are no hard links, it would be under its other name.
 */
async function keepAs(kept: string, file: string): Promise<true> {
  try {
    await link(file, kept);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    await rename(file, kept);
  }
  return true;
}

async function isPresent(file: string): Promise<boolean> {
  return (await onTree('look for the old database', file, () => ifPresent(stat(file)))) !== undefined;
}

function carryOthersOver(from: string, to: string): CarriedOver {
  try {
    return carryOver({
      from,
      to,
      except: [...distributionTableNames, 'schema_migration'],
      // Made on their own, before any push: the tree does not have them, and others' rows name them.
      missing: [{ name: 'repository', columns: ['name', 'listed', 'created_at'], where: 'listed = 0' }],
    });
  } catch (error) {
    return { tables: [], lost: [{ name: 'everything beside the registry', reason: String(error) }] };
  }
}

/** Lets the tree follow what only the old database knows. Answers why it could not be read, if so. */
async function followTheLast(options: Parameters<typeof rebuildDatabase>[0]): Promise<string | undefined> {
  const { file, open, blobs, tree, log } = options;
  if (!(await isPresent(file))) return undefined;
  try {
    await using db = await open(file);
    // What a damaged one says must not be written to the tree, which is all there is then.
    await db.assertSound();
    await using trail = createTrail({ db, blobs, tree, log });
    await trail.flush();
    return undefined;
  } catch (error) {
    const isUnreadable =
      error instanceof DbError && (error.code === 'database-corrupt' || error.code === 'database-newer');
    // With a full disk, say, the old database is still the better one.
    if (!isUnreadable) throw error;
    return error.message;
  }
}
