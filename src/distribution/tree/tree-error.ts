import { CodedError } from '../../kernel/index.ts';

/**
 * - `tree-damaged`: one place of the tree cannot be read as what it should be; others may be sound
 * - `tree-full`: no space, inodes or quota left
 * - `tree-unavailable`: the tree as a whole cannot be read or written now
 */
export type TreeErrorCode = 'tree-damaged' | 'tree-full' | 'tree-unavailable';

export class TreeError extends CodedError<TreeErrorCode> {}
