import type { Digest, RepositoryName, Tag } from '../../oci/index.ts';

/**
 * Problems: something that was pushed cannot be pulled, or would not survive a rebuild.
 * - `blob-corrupt`: the bytes do not have their digest, or the disk does not give them back
 * - `blob-missing`: a repository has a blob whose bytes are not there
 * - `blob-size`: a repository has a blob under a wrong size
 * - `manifest-corrupt`: the database's bytes of a manifest do not have its digest
 * - `manifest-copy`: the copy of a manifest in the blob tree is missing or cut short
 * - `reference-missing`: a manifest needs a blob that its repository does not have
 * - `tag-dangling`: a tag points at a manifest that its repository does not have
 * - `link-wrong`: the link tree does not say what the database says
 *
 * Notes: nothing is wrong, but an operator may want to know.
 * - `child-missing`: an index names a manifest that its repository does not have; an index may be sparse
 * - `blob-orphan`: bytes that no repository refers to
 * - `link-stray`: a link in the tree that the database does not know
 * - `tree-unusual`: something else in the link tree that Lading passes over
 * - `uploads-unfinished`: uploads that were begun and not finished
 */
export type FindingKind =
  | 'blob-corrupt'
  | 'blob-missing'
  | 'blob-size'
  | 'manifest-corrupt'
  | 'manifest-copy'
  | 'reference-missing'
  | 'tag-dangling'
  | 'link-wrong'
  | 'child-missing'
  | 'blob-orphan'
  | 'link-stray'
  | 'tree-unusual'
  | 'uploads-unfinished';

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: 'problem' | 'note';
  readonly repository?: RepositoryName;
  readonly digest?: Digest;
  readonly tag?: Tag;
  /** One sentence for an operator: what is, and what to do. */
  readonly text: string;
  /** What was done about it, if anything. */
  readonly repair?: string;
}
