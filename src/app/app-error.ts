import { CodedError } from '../kernel/index.ts';

/** - `cannot-listen`: the address is taken, not ours, or not allowed */
export type AppErrorCode = 'cannot-listen';

export class AppError extends CodedError<AppErrorCode> {}
