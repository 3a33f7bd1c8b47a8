import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEvent } from '../jobs/index.ts';
import { createAuditSubscriber } from './create-audit-subscriber.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';
import { verifyLog } from './verify-log.ts';

const common = { repository: 'acme/app', actor: 'alice', at: 5, origin: anEntry().origin };
const events: readonly StoredEvent[] = [
  { id: 1, type: 'repository.created', ...common },
  {
    id: 2,
    type: 'manifest.pushed',
    digest: 'sha256:aa',
    tags: ['v1'],
    mediaType: 'application/x',
    sizeBytes: 9,
    ...common,
  },
  { id: 3, type: 'tag.deleted', tag: 'v1', ...common },
  { id: 4, type: 'manifest.deleted', digest: 'sha256:aa', tags: [], ...common, repository: 'official' },
  // The API has recorded these by itself.
  { id: 5, type: 'repository.created', repository: 'acme/other', actor: 'alice', at: 5 },
  { id: 6, type: 'repository.changed', ...common },
  { id: 7, type: 'repository.renamed', from: 'acme/old', ...common },
];

test('pushes and deletes become lines, with who, from where, with which token, before and after', async () => {
  await using open = await openAudit();
  const apply = await createAuditSubscriber(open.clock).handle(events);
  assert.ok(apply);
  await open.db.transaction((trx) => apply(trx as never));
  const rows = await open.rows();
  assert.deepEqual(
    rows.map(({ action, resource, namespace, before, after }) => [
      action,
      resource,
      namespace,
      before,
      after,
    ]),
    [
      ['repository.created', 'acme/app', 'acme', null, '{"name":"acme/app"}'],
      [
        'manifest.pushed',
        'acme/app',
        'acme',
        null,
        '{"digest":"sha256:aa","media_type":"application/x","size_bytes":9,"tags":["v1"]}',
      ],
      ['tag.deleted', 'acme/app', 'acme', '{"tag":"v1"}', null],
      ['manifest.deleted', 'official', null, '{"digest":"sha256:aa","tags":[]}', null],
    ],
  );
  for (const row of rows) {
    assert.deepEqual([row.actor, row.remote_address, row.credential_id], ['alice', '192.0.2.1', 'c0ffee']);
  }
  assert.equal((await verifyLog(open.db.reads, { checkpoints: [] })).broken, undefined);
});

test('events that are nothing for the log write nothing', async () => {
  await using open = await openAudit();
  assert.equal(await createAuditSubscriber(open.clock).handle(events.slice(4)), undefined);
});
