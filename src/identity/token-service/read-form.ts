import type { Call } from '../../http/index.ts';

/** Long lists of scopes, with room: more is an attack on the memory. */
const MAX_FORM_BYTES = 64 * 1024;

/** The fields of a form; undefined when the body is not one (`application/x-www-form-urlencoded`) or is too long. */
export async function readForm(call: Call): Promise<URLSearchParams | undefined> {
  const type = call.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of call.body) {
    length += chunk.byteLength;
    if (length > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
