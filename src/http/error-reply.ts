import { CodedError, type Logger } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { jsonReply, type Reply } from './reply.ts';

/**
 * The only place that writes error bodies: `{"errors":[{"code","message","detail"}]}`
 * (distribution-spec v1.1.1, "Error Codes"). What is not an `OciError` is a fault of ours: it is logged with the
 * request id, and the client learns the id and nothing else.
 */
export function errorReply(error: unknown, context: { requestId: string; log: Logger }): Reply {
  if (error instanceof OciError) {
    if (error.status >= 500) {
      context.log.error({ err: error, requestId: context.requestId }, 'request failed');
    }
    const { code, message, detail } = error;
    return jsonReply(
      error.status,
      { errors: [{ code, message, ...(detail !== undefined && { detail }) }] },
      error.headers,
    );
  }
  context.log.error({ err: error, requestId: context.requestId }, 'request failed unexpectedly');
  const hint = error instanceof CodedError ? ` (${error.code})` : '';
  const message = `The registry failed to answer${hint}. Its log says why under request id ${context.requestId}.`;
  return jsonReply(500, { errors: [{ code: 'UNKNOWN', message }] });
}
