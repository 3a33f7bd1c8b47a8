import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OciError, type OciErrorCode, ociErrorTable } from './index.ts';

test('an error takes its status from the table', () => {
  for (const [code, { status }] of Object.entries(ociErrorTable)) {
    assert.equal(new OciError(code as OciErrorCode, 'text').status, status);
  }
});

test('an error has no headers and no detail unless given', () => {
  const error = new OciError('DENIED', 'text');
  assert.deepEqual(error.headers, {});
  assert.equal(error.detail, undefined);
  assert.equal('cause' in error, false);
});

test('an error carries what it is given', () => {
  const cause = new Error('below');
  const error = new OciError('MANIFEST_INVALID', 'too large', {
    status: 413,
    detail: { limit: 1 },
    headers: { Location: '/x' },
    cause,
  });
  assert.equal(error.name, 'OciError');
  assert.equal(error.message, 'too large');
  assert.equal(error.status, 413);
  assert.deepEqual(error.detail, { limit: 1 });
  assert.deepEqual(error.headers, { Location: '/x' });
  assert.equal(error.cause, cause);
});

test('every code has an error status and a message', () => {
  for (const { status, message } of Object.values(ociErrorTable)) {
    assert.ok(status >= 400 && status < 600);
    assert.notEqual(message, '');
  }
});
