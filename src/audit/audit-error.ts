import { CodedError } from '../kernel/index.ts';

/** - `checkpoint-damaged`: the file that holds the head of the log is not readable */
export type AuditErrorCode = 'checkpoint-damaged';

export class AuditError extends CodedError<AuditErrorCode> {}
