import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Admission, AdmissionRequest } from '../../http/index.ts';
import { createFakeClock } from '../../testing/index.ts';
import { createRecentAdmissions } from './recent-admissions.ts';

const admission: Admission = { actor: undefined, may: async () => true };
const pull = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  access: { type: 'repository', name: 'acme/app', actions: ['pull'] },
  authorization: 'Bearer a.b.c',
  surface: 'registry',
  method: 'GET',
  remoteAddress: '127.0.0.1',
  requestId: '1',
  header: () => undefined,
  query: new URLSearchParams(),
  origin: () => 'http://127.0.0.1:5000',
  ...more,
});

function open() {
  const clock = createFakeClock();
  const changes = { count: 0 };
  const recent = createRecentAdmissions({ clock, version: () => changes.count });
  return { clock, changes, recent };
}

test('what was admitted is admitted again, for the same token and the same thing', () => {
  const { recent } = open();
  recent.put(pull(), admission, recent.version());
  assert.equal(recent.find(pull({ method: 'HEAD' })), admission);
  for (const other of [
    pull({ authorization: 'Bearer a.b.d' }),
    pull({ authorization: undefined }),
    pull({ access: { type: 'repository', name: 'acme/app2', actions: ['pull'] } }),
    pull({ access: { type: 'repository', name: 'acme/app', actions: ['pull', 'push'] } }),
    pull({ method: 'PUT' }),
    pull({ surface: 'api' }),
  ]) {
    assert.equal(recent.find(other), undefined);
  }
});

test('after any change, and a moment later, it is decided anew', () => {
  const { clock, changes, recent } = open();
  recent.put(pull(), admission, recent.version());
  changes.count += 1;
  assert.equal(recent.find(pull()), undefined);
  recent.put(pull(), admission, recent.version());
  clock.advance(99);
  assert.equal(recent.find(pull()), admission);
  clock.advance(1);
  assert.equal(recent.find(pull()), undefined);
});

test('what changed while it was decided makes it old at once', () => {
  const { changes, recent } = open();
  const before = recent.version();
  changes.count += 1;
  recent.put(pull(), admission, before);
  assert.equal(recent.find(pull()), undefined);
});

test('passwords and access tokens, whose use is noted, writes, other surfaces and huge tokens are never remembered', () => {
  const { recent } = open();
  for (const request of [
    pull({ authorization: 'Basic YTpi' }),
    pull({ authorization: 'Bearer lading_pat_x' }),
    pull({ method: 'DELETE' }),
    pull({ surface: 'api' }),
    pull({ access: 'authenticated' }),
    pull({ authorization: `Bearer a.b.${'c'.repeat(5_000)}` }),
  ]) {
    recent.put(request, admission, recent.version());
    assert.equal(recent.find(request), undefined);
  }
});
