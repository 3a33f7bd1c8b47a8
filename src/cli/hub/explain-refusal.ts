import { ApiError } from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import type { ChosenServer } from './choose-server.ts';

/** What the API says, and what to do about it on the command line. Other errors are none of its business. */
export function explainRefusal(error: unknown, server: ChosenServer): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.code === 'unauthorized' && server.token !== undefined) {
    const again = server.isFromEnvironment
      ? 'Set LADING_TOKEN to another one (lading token create makes them).'
      : `Log in again: lading login ${server.url}`;
    const text = `The token is not valid, or not any more: it may have expired, or was revoked. ${again}`;
    return new CliError('refused', text, { cause: error });
  }
  const code = error.code === 'invalid-request' ? 'usage' : 'refused';
  const advice = adviceFor(error, server);
  return new CliError(code, printable(advice ? `${error.message} ${advice}` : error.message), {
    cause: error,
  });
}

function adviceFor(error: ApiError, { url, token }: ChosenServer): string | undefined {
  switch (error.code) {
    case 'unauthorized':
      return `You are not logged in there: lading login ${url}`;
    case 'forbidden':
    case 'denied':
      return 'On the command line: lading access explain me ACTION RESOURCE';
    case 'not-found':
      return token === undefined
        ? `You are not logged in there and see only what is public: lading login ${url}`
        : undefined;
    case 'too-many-requests':
    case 'toomanyrequests':
      return error.retryAfterSeconds === undefined
        ? undefined
        : `Try again in ${error.retryAfterSeconds} seconds.`;
    default:
      return error.status >= 500 && error.requestId !== undefined
        ? `In the log of the registry: ${error.requestId}`
        : undefined;
  }
}
