import assert from 'node:assert/strict';
import type { OciErrorCode } from '../oci/index.ts';
import type { Answer } from './ask.ts';

/** distribution-spec v1.1.1, "Error Codes": status, type and body of a refusal, as every client parses it. */
export function assertRefused(answer: Answer, status: number, code: OciErrorCode): void {
  assert.equal(answer.status, status, answer.body.toString());
  assert.equal(answer.header('content-type'), 'application/json');
  assert.equal(answer.header('content-length'), String(answer.body.byteLength));
  const { errors } = answer.json() as { errors: { code: string; message: string }[] };
  assert.equal(errors[0]?.code, code, answer.body.toString());
  assert.match(errors[0]?.message ?? '', /\w/);
}
