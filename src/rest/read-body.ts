import type { Call } from '../http/index.ts';
import { problem } from './problem.ts';

/** READMEs are the longest thing that the API takes: 25,000 characters, each of them escaped. */
const MAX_BODY_BYTES = 256 * 1024;

/** The request's body whole. Throws `Problem` body-too-large (413). */
export async function readBody(call: Pick<Call, 'body'>, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of call.body) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw problem('body-too-large', `The body is longer than ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
