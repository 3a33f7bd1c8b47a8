import { CodedError, type Logger } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { Problem, problemReply } from './problem.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { ErrorWords } from './route.ts';

/**
 * The only place that writes error bodies: `{"errors":[{"code","message","detail"}]}`
 * (distribution-spec v1.1.1, "Error Codes"), and for our own API problem details (RFC 9457). What is neither an
 * `OciError` nor a `Problem` is a fault of ours: it is logged with the request id, and the client learns the id and
 * nothing else.
 */
export function errorReply(
  error: unknown,
  context: { requestId: string; log: Logger; words: ErrorWords },
): Reply {
  const { log, requestId, words } = context;
  if (words !== 'registry') {
    const problem = asProblem(error, { log, requestId });
    return words === 'api' ? problemReply(problem, requestId) : hubReply(problem);
  }
  if (error instanceof OciError) {
    if (error.status >= 500) log.error({ err: error, requestId }, 'request failed');
    const { code, message, detail } = error;
    return jsonReply(
      error.status,
      { errors: [{ code, message, ...(detail !== undefined && { detail }) }] },
      error.headers,
    );
  }
  const message = unexpected(error, { log, requestId });
  return jsonReply(500, { errors: [{ code: 'UNKNOWN', message }] });
}

/** As Docker Hub says it: some of its tools read one, some the other. */
function hubReply({ status, message, headers }: Problem): Reply {
  return jsonReply(status, { detail: message, message }, headers);
}

function asProblem(error: unknown, context: { requestId: string; log: Logger }): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof OciError) {
    if (error.status >= 500)
      context.log.error({ err: error, requestId: context.requestId }, 'request failed');
    const code = error.code.toLowerCase().replaceAll('_', '-');
    return new Problem(code, error.message, { status: error.status, headers: error.headers });
  }
  return new Problem('internal', unexpected(error, context), { status: 500 });
}

function unexpected(error: unknown, context: { requestId: string; log: Logger }): string {
  context.log.error({ err: error, requestId: context.requestId }, 'request failed unexpectedly');
  const hint = error instanceof CodedError ? ` (${error.code})` : '';
  return `The registry failed to answer${hint}. Its log says why under request id ${context.requestId}.`;
}
