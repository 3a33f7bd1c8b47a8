import type { Call } from '../http/index.ts';
import { problem } from './problem.ts';

/** READMEs are the longest thing that the API takes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The request's body whole. Throws `Problem` body-too-large (413). */
export async function readBody(call: Pick<Call, 'body'>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of call.body) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      throw problem('body-too-large', `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
