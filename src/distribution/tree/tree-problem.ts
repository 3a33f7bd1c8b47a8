/**
 * - `name-invalid`: a directory whose name is no repository, tag or digest
 * - `symbolic-link`: those are not followed
 * - `unreadable`: a directory, link or blob that the disk does not give back, or a link that holds no digest
 * - `blob-missing`: a link to bytes that are not there
 * - `alias`: a blob linked under another digest than the one its bytes are stored under
 * - `manifest-damaged`: the bytes do not have the digest of the revision
 * - `manifest-unsupported`: an image of schema 1, or nothing that is a manifest
 * - `tag-dangling`: a tag whose manifest is not there or could not be taken over
 */
export type TreeProblemKind =
  | 'name-invalid'
  | 'symbolic-link'
  | 'unreadable'
  | 'blob-missing'
  | 'alias'
  | 'manifest-damaged'
  | 'manifest-unsupported'
  | 'tag-dangling';

/** Something in the tree that cannot be taken for a fact. */
export interface TreeProblem {
  readonly kind: TreeProblemKind;
  /** The place in the tree, absolute. */
  readonly path: string;
  /** One sentence for an operator. */
  readonly text: string;
}
