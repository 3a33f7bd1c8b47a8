import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf } from '../../oci/index.ts';
import {
  assertHolds,
  beginUpload,
  brokenAfter,
  chunksOf,
  failsWith,
  type MakeStore,
  newKey,
  someBytes,
} from './fixtures.ts';

const hostileIds = [
  '',
  '.',
  '..',
  '../../../../etc/passwd',
  '/etc/passwd',
  'c0ffee00-0000-4000-8000-000000000000/../x',
  'C0FFEE00-0000-4000-8000-000000000000',
  'c0ffee00-0000-4000-8000-000000000000\n',
  'c0ffee00-0000-4000-8000-00000000000\0',
  '*',
  'a'.repeat(10_000),
];

export function describeUploadSessions(makeStore: MakeStore): void {
  describe('upload sessions', () => {
    test('bytes appended in several requests are published whole, and the session ends', async () => {
      await using under = await makeStore();
      const bytes = someBytes(2_600_000);
      const key = await beginUpload(under.store);
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 0);
      assert.equal(await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 1_500_000)), 0), 1_500_000);
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 1_500_000);
      await under.store.appendUpload(key, chunksOf(bytes.subarray(1_500_000), 1000), 1_500_000);
      const digest = digestOf('sha256', bytes);
      assert.equal(await under.store.find(digest), undefined);
      assert.equal(await under.store.finishUpload(key, digest), 2_600_000);
      await assertHolds(under.store, digest, bytes);
      assert.equal(await under.store.findUpload(key), undefined);
      await assert.rejects(under.store.finishUpload(key, digest), failsWith('upload-unknown'));
    });

    test('a session without bytes is published as the empty blob', async () => {
      await using under = await makeStore();
      const digest = digestOf('sha256', new Uint8Array());
      const untouched = await beginUpload(under.store);
      assert.equal(await under.store.finishUpload(untouched, digest), 0);
      const key = await beginUpload(under.store);
      assert.equal(await under.store.appendUpload(key, chunksOf(new Uint8Array()), 0), 0);
      assert.equal(await under.store.finishUpload(key, digest), 0);
      assert.equal((await under.store.find(digest))?.sizeBytes, 0);
    });

    test('another digest → digest-mismatch, and the session stays to be finished or built on', async () => {
      await using under = await makeStore();
      const bytes = someBytes(1000);
      const key = await beginUpload(under.store);
      await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 600)), 0);
      const wrong = digestOf('sha256', bytes);
      await assert.rejects(under.store.finishUpload(key, wrong), failsWith('digest-mismatch'));
      assert.equal(await under.store.find(wrong), undefined);
      await under.store.appendUpload(key, chunksOf(bytes.subarray(600)), 600);
      assert.equal(await under.store.finishUpload(key, wrong), 1000);
    });

    for (const [begun, finished] of [
      ['sha256', 'sha512'],
      ['sha512', 'sha256'],
      ['sha512', 'sha512'],
    ] as const) {
      test(`a session begun with ${begun} can be finished with a ${finished} digest`, async () => {
        await using under = await makeStore();
        const bytes = someBytes(1_200_000);
        const key = await beginUpload(under.store, begun);
        await under.store.appendUpload(key, chunksOf(bytes), 0);
        const digest = digestOf(finished, bytes);
        const wrong = digestOf(finished, someBytes(1));
        await assert.rejects(under.store.finishUpload(key, wrong), failsWith('digest-mismatch'));
        assert.equal(await under.store.finishUpload(key, digest), 1_200_000);
        await assertHolds(under.store, digest, bytes);
      });
    }

    test('a position other than the size → offset-mismatch, and the source is not read', async () => {
      await using under = await makeStore();
      const key = await beginUpload(under.store);
      await under.store.appendUpload(key, chunksOf(someBytes(10)), 0);
      for (const position of [0, 9, 11, -1, Number.NaN]) {
        const source = chunksOf(someBytes(5));
        await assert.rejects(under.store.appendUpload(key, source, position), failsWith('offset-mismatch'));
        assert.equal((await source.next()).value?.byteLength, 5);
      }
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 10);
    });

    test('a source that breaks: its error passes through, what arrived stays and can be built on', async () => {
      await using under = await makeStore();
      const bytes = someBytes(1_400_000);
      const key = await beginUpload(under.store);
      const gone = new Error('the client went away');
      const broken = under.store.appendUpload(key, brokenAfter(bytes.subarray(0, 1_300_001), gone), 0);
      await assert.rejects(broken, (error) => error === gone);
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 1_300_001);
      await under.store.appendUpload(key, chunksOf(bytes.subarray(1_300_001)), 1_300_001);
      const digest = digestOf('sha256', bytes);
      await under.store.finishUpload(key, digest);
      await assertHolds(under.store, digest, bytes);
    });

    test('bytes given without a position go to the end', async () => {
      await using under = await makeStore();
      const bytes = someBytes(30);
      const key = await beginUpload(under.store);
      assert.equal(await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 10))), 10);
      assert.equal(await under.store.appendUpload(key, chunksOf(bytes.subarray(10, 20))), 20);
      const last = { source: chunksOf(bytes.subarray(20)) };
      assert.equal(await under.store.finishUpload(key, digestOf('sha256', bytes), { last }), 30);
      await assertHolds(under.store, digestOf('sha256', bytes), bytes);
    });

    test('last bytes at a position other than the size → offset-mismatch, nothing read, nothing published', async () => {
      await using under = await makeStore();
      const bytes = someBytes(10);
      const digest = digestOf('sha256', bytes);
      const key = await beginUpload(under.store);
      await under.store.appendUpload(key, chunksOf(bytes));
      const source = chunksOf(someBytes(5));
      const finish = under.store.finishUpload(key, digest, { last: { source, position: 9 } });
      await assert.rejects(finish, failsWith('offset-mismatch'));
      assert.equal((await source.next()).value?.byteLength, 5);
      assert.equal(await under.store.find(digest), undefined);
      const last = { source: chunksOf(new Uint8Array()), position: 10 };
      assert.equal(await under.store.finishUpload(key, digest, { last }), 10);
    });

    test('last bytes that break off: the error passes through, nothing is published, what arrived can be built on', async () => {
      await using under = await makeStore();
      const bytes = someBytes(1_400_000);
      const key = await beginUpload(under.store);
      const gone = new Error('the client went away');
      const arrived = bytes.subarray(0, 1_300_001);
      const last = { source: brokenAfter(arrived, gone), position: 0 };
      const broken = under.store.finishUpload(key, digestOf('sha256', arrived), { last });
      await assert.rejects(broken, (error) => error === gone);
      assert.equal(await under.store.find(digestOf('sha256', arrived)), undefined);
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 1_300_001);
      const digest = digestOf('sha256', bytes);
      const rest = { source: chunksOf(bytes.subarray(1_300_001)), position: 1_300_001 };
      await under.store.finishUpload(key, digest, { last: rest });
      await assertHolds(under.store, digest, bytes);
    });

    test('an abort while bytes are read again: its reason passes through, the session stays with the last bytes', async () => {
      await using under = await makeStore();
      const bytes = someBytes(1_400_000);
      const key = await beginUpload(under.store, 'sha512');
      await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 1000)));
      const digest = digestOf('sha256', bytes);
      const reason = new Error('nobody waits any more');
      const last = { source: chunksOf(bytes.subarray(1000)) };
      const aborted = under.store.finishUpload(key, digest, { last, signal: AbortSignal.abort(reason) });
      await assert.rejects(aborted, (error) => error === reason);
      assert.equal(await under.store.finishUpload(key, digest), 1_400_000);
      await assertHolds(under.store, digest, bytes);
    });

    test('a session goes on after a restart', async (t) => {
      await using under = await makeStore();
      if (under.reopen === undefined) return t.skip('this store keeps nothing over a restart');
      const bytes = someBytes(1_100_000);
      const digest = digestOf('sha256', bytes);
      const key = await beginUpload(under.store);
      await under.store.appendUpload(key, chunksOf(bytes.subarray(0, 400_000)), 0);
      const second = await under.reopen();
      assert.equal((await second.findUpload(key))?.sizeBytes, 400_000);
      await second.appendUpload(key, chunksOf(bytes.subarray(400_000, 900_000)), 400_000);
      // Back in the first one, whose memory of the session is now behind.
      await under.store.appendUpload(key, chunksOf(bytes.subarray(900_000)), 900_000);
      assert.equal(await under.store.finishUpload(key, digest), 1_100_000);
      await assertHolds(second, digest, bytes);
      assert.equal(await second.findUpload(key), undefined);
    });

    test('a session does not exist in another repository', async () => {
      await using under = await makeStore();
      const key = await beginUpload(under.store);
      await under.store.appendUpload(key, chunksOf(someBytes(10)), 0);
      const digest = digestOf('sha256', someBytes(10));
      for (const repository of ['library/other', 'library/app/', '', '../library/app']) {
        const other = { repository, id: key.id };
        assert.equal(await under.store.findUpload(other), undefined);
        const append = under.store.appendUpload(other, chunksOf(someBytes(1)), 0);
        await assert.rejects(append, failsWith('upload-unknown'));
        await assert.rejects(under.store.finishUpload(other, digest), failsWith('upload-unknown'));
        const last = { source: chunksOf(someBytes(1)) };
        await assert.rejects(under.store.finishUpload(other, digest, { last }), failsWith('upload-unknown'));
        await under.store.cancelUpload(other);
      }
      assert.equal((await under.store.findUpload(key))?.sizeBytes, 10);
    });

    test('a hostile id names no session and cannot begin one', async () => {
      await using under = await makeStore();
      const digest = digestOf('sha256', new Uint8Array());
      for (const id of hostileIds) {
        const key = { ...newKey(), id };
        const begun = under.store.createUpload(key, { algorithm: 'sha256' });
        await assert.rejects(begun, failsWith('upload-unknown'));
        assert.equal(await under.store.findUpload(key), undefined);
        const append = under.store.appendUpload(key, chunksOf(someBytes(1)), 0);
        await assert.rejects(append, failsWith('upload-unknown'));
        await assert.rejects(under.store.finishUpload(key, digest), failsWith('upload-unknown'));
        await under.store.cancelUpload(key);
      }
    });

    test('a cancelled session is unknown; cancelling it again does nothing', async () => {
      await using under = await makeStore();
      const key = await beginUpload(under.store, 'sha512');
      await under.store.appendUpload(key, chunksOf(someBytes(10)), 0);
      await under.store.cancelUpload(key);
      await under.store.cancelUpload(key);
      assert.equal(await under.store.findUpload(key), undefined);
      const append = under.store.appendUpload(key, chunksOf(someBytes(1)), 10);
      await assert.rejects(append, failsWith('upload-unknown'));
    });

    test('expiry drops sessions older than the limit, except active ones', async () => {
      await using under = await makeStore();
      const [idle, active] = [await beginUpload(under.store), await beginUpload(under.store, 'sha512')];
      for (const key of [idle, active]) await under.store.appendUpload(key, chunksOf(someBytes(10)), 0);
      const modifiedAt = (await under.store.findUpload(idle))?.modifiedAt ?? Number.NaN;
      const isActive = (id: string) => id === active.id;
      const kept = await under.store.expireUploads({ before: modifiedAt, isActive: () => false });
      assert.deepEqual(kept, { uploads: 0, bytes: 0 });
      const dropped = await under.store.expireUploads({ before: modifiedAt + 1, isActive });
      assert.deepEqual(dropped, { uploads: 1, bytes: 10 });
      assert.equal(await under.store.findUpload(idle), undefined);
      assert.equal((await under.store.findUpload(active))?.sizeBytes, 10);
    });
  });
}
