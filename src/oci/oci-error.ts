import { CodedError } from '../kernel/index.ts';
import { type OciErrorCode, ociErrorTable } from './oci-error-table.ts';

/**
 * A refusal in the words of the Distribution API. `status` is the HTTP status (by default the table's), `detail`
 * goes into the error body as it is, `headers` onto the response (a 416 carries `Content-Range`, say).
 */
export class OciError extends CodedError<OciErrorCode> {
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: OciErrorCode,
    message: string,
    options: {
      readonly status?: number;
      readonly detail?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = options.status ?? ociErrorTable[code].status;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }
}
