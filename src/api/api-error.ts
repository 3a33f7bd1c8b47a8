import { CodedError } from '../kernel/index.ts';
import { problemBodySchema } from './problem-body.ts';

/**
 * A refusal by the API. `code` is one of `PROBLEM_CODES` (or one that a newer server knows), `no-answer`,
 * `unexpected-answer` when it is no answer of this API; the message is a sentence for people.
 */
export class ApiError extends CodedError<string> {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly fields: readonly { readonly pointer: string; readonly message: string }[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The version now, of `precondition-failed`. */
  readonly etag: string | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      readonly status: number;
      readonly fields?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
      readonly requestId?: string | undefined;
      readonly retryAfterSeconds?: number | undefined;
      readonly etag?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = options.status;
    this.fields = options.fields ?? [];
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.etag = options.etag;
  }
}

export async function toApiError(response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const common = {
    status,
    etag: headers.get('etag') ?? undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
  // A proxy in between may answer with a page of its own.
  const parsed = problemBodySchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) {
    const { code, detail, fields, request_id: requestId } = parsed.data;
    return new ApiError(code, detail, { ...common, fields, requestId });
  }
  const text = `The server answered ${status} and does not say why. Is it the address of a Lading registry?`;
  return new ApiError('unexpected-answer', text, common);
}
