import type { Call } from '../http/index.ts';
import { problem } from './problem.ts';

/** READMEs are the longest thing that the API takes. */
const MAX_BODY_BYTES = 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The request's body. Throws `Problem`: unsupported-media-type (415; also what keeps a form of another site from being
 * taken for a request of ours), body-too-large (413), invalid-json (400).
 */
export async function readJson(call: Call): Promise<unknown> {
  const type = call.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw problem('unsupported-media-type', 'Send JSON with Content-Type: application/json.');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of call.body) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      throw problem('body-too-large', `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(utf8.decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw problem('invalid-json', 'The body is not JSON.', { cause });
  }
}
