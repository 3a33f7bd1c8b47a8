import { CodedError } from '../kernel/index.ts';
import { jsonReply, type Reply } from './reply.ts';

/**
 * A refusal in the words of our own API: problem details (RFC 9457). `code` is public and stable, `message` says what
 * to do next, `fields` says what is wrong with which part of the input (`/name`, a JSON Pointer).
 */
export class Problem extends CodedError<string> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly { readonly pointer: string; readonly message: string }[];

  constructor(
    code: string,
    message: string,
    options: {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly fields?: readonly { readonly pointer: string; readonly message: string }[];
      readonly cause?: unknown;
    },
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = options.status;
    this.headers = options.headers ?? {};
    this.fields = options.fields ?? [];
  }
}

export function problemReply(problem: Problem, requestId: string): Reply {
  const { code, status, message, fields } = problem;
  return jsonReply(
    status,
    {
      type: `urn:lading:problem:${code}`,
      title: code,
      status,
      code,
      detail: message,
      request_id: requestId,
      ...(fields.length > 0 && { fields }),
    },
    { ...problem.headers, 'Content-Type': 'application/problem+json' },
  );
}
