import type { Call } from '../http/index.ts';
import { problem } from './problem.ts';
import { readBody } from './read-body.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The request's body. Throws `Problem`: unsupported-media-type (415; also what keeps a form of another site from being
 * taken for a request of ours), body-too-large (413), invalid-json (400).
 */
export async function readJson(call: Call, maxBytes?: number): Promise<unknown> {
  const type = call.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw problem('unsupported-media-type', 'Send JSON with Content-Type: application/json.');
  }
  const bytes = await readBody(call, maxBytes);
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw problem('invalid-json', 'The body is not JSON.', { cause });
  }
}
