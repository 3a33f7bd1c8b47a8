import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insufficient } from './refuse.ts';

const options = { realm: 'https://hub.example/token', tokenPath: '/token', service: 'lading' };
const message = 'acme+ci may not pull rival/app.';

function warningOf({ method, isFinal }: { method: string; isFinal: boolean }) {
  const request = {
    method,
    access: { type: 'repository', name: 'rival/app', actions: ['pull'] },
    authorization: undefined,
    surface: 'registry',
    remoteAddress: '127.0.0.1',
    requestId: 'r-1',
    query: new URLSearchParams(),
    header: () => undefined,
    origin: () => 'https://hub.example',
  } as const;
  return insufficient(options, request, { message, withToken: true, isFinal }).headers.Warning;
}

test('a HEAD that is refused for good has the sentence as a warning, having no body', () => {
  assert.equal(warningOf({ method: 'HEAD', isFinal: true }), `299 - "${message}"`);
});

test('a HEAD with a token that was not asked to carry this warns of nothing', () => {
  assert.equal(warningOf({ method: 'HEAD', isFinal: false }), undefined);
});

test('an answer with a body has no warning beside it', () => {
  assert.equal(warningOf({ method: 'GET', isFinal: true }), undefined);
});
