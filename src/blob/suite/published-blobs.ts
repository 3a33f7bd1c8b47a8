import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Digest, digestOf } from '../../oci/index.ts';
import { assertHolds, assertSameBytes, failsWith, type MakeStore, push, someBytes } from './fixtures.ts';

const absent = digestOf('sha256', someBytes(3, 99));

export function describePublishedBlobs(makeStore: MakeStore): void {
  describe('published blobs', () => {
    test('put makes content found, opened and listed; again changes nothing', async () => {
      await using under = await makeStore();
      const content = someBytes(5000);
      const digest = digestOf('sha256', content);
      await under.store.put(digest, content);
      await under.store.put(digest, content);
      assert.equal((await under.store.find(digest))?.sizeBytes, 5000);
      await assertHolds(under.store, digest, content);
      assert.deepEqual(await Array.fromAsync(under.store.list()), [{ digest, sizeBytes: 5000 }]);
    });

    test('put of content with another digest → digest-mismatch, nothing stored', async () => {
      await using under = await makeStore();
      await assert.rejects(under.store.put(absent, someBytes(4)), failsWith('digest-mismatch'));
      assert.equal(await under.store.find(absent), undefined);
    });

    test('an empty blob can be put, opened and read', async () => {
      await using under = await makeStore();
      const digest = digestOf('sha512', new Uint8Array());
      await under.store.put(digest, new Uint8Array());
      await using blob = await under.store.open(digest);
      assert.equal(blob.sizeBytes, 0);
      assert.equal(await blob.read(new Uint8Array(8), 0), 0);
    });

    test('an absent blob: find → undefined, open and quarantine → blob-unknown, delete → nothing', async () => {
      await using under = await makeStore();
      assert.equal(await under.store.find(absent), undefined);
      await assert.rejects(under.store.open(absent), failsWith('blob-unknown'));
      await assert.rejects(under.store.quarantine(absent), failsWith('blob-unknown'));
      await under.store.delete(absent);
    });

    test('a deleted blob is gone from find and list, and can be pushed again', async () => {
      await using under = await makeStore();
      const bytes = someBytes(100);
      const digest = await push(under.store, bytes);
      await under.store.delete(digest);
      assert.equal(await under.store.find(digest), undefined);
      assert.deepEqual(await Array.fromAsync(under.store.list()), []);
      await push(under.store, bytes);
      await assertHolds(under.store, digest, bytes);
    });

    test('reads at any position, several at once, 0 only at the end', async () => {
      await using under = await makeStore();
      const bytes = someBytes(300_000);
      await using blob = await under.store.open(await push(under.store, bytes));
      const targets = [0, 1, 131_072, 299_990].map((at) => ({ at, target: new Uint8Array(20_000) }));
      await Promise.all(
        targets.map(async ({ at, target }) => {
          const count = await blob.read(target, at);
          assert.ok(count > 0);
          assertSameBytes(target.subarray(0, count), bytes.subarray(at, at + count));
        }),
      );
      assert.equal(await blob.read(new Uint8Array(10), 300_000), 0);
    });

    test('an open blob may be read to its end after it was deleted or replaced', async () => {
      await using under = await makeStore();
      const bytes = someBytes(200_000);
      const digest = await push(under.store, bytes);
      await using blob = await under.store.open(digest);
      await push(under.store, bytes);
      await under.store.delete(digest);
      const target = new Uint8Array(200_000);
      assert.equal(await blob.read(target, 0), 200_000);
      assertSameBytes(target, bytes);
    });

    test('a blob may be closed twice and while it is read; reading afterwards → store-unavailable', async () => {
      await using under = await makeStore();
      const blob = await under.store.open(await push(under.store, someBytes(1000)));
      const reading = blob.read(new Uint8Array(1000), 0);
      await Promise.all([blob.close(), blob.close()]);
      assert.equal(await reading, 1000);
      await blob.close();
      await assert.rejects(blob.read(new Uint8Array(1), 0), failsWith('store-unavailable'));
    });

    test('a quarantined blob is out of sight until a push heals it', async () => {
      await using under = await makeStore();
      const bytes = someBytes(50);
      const digest = await push(under.store, bytes);
      assert.notEqual(await under.store.quarantine(digest), '');
      assert.equal(await under.store.find(digest), undefined);
      assert.deepEqual(await Array.fromAsync(under.store.list()), []);
      await push(under.store, bytes);
      await assertHolds(under.store, digest, bytes);
      await under.store.quarantine(digest);
      await under.store.put(digest, bytes);
      await assertHolds(under.store, digest, bytes);
    });

    test('a push and a put replace a damaged blob', async (t) => {
      await using under = await makeStore();
      if (under.damage === undefined) return t.skip('nothing can damage the blobs of this store');
      const bytes = someBytes(70);
      const digest = await push(under.store, bytes);
      await under.damage(digest, someBytes(7));
      await push(under.store, bytes);
      await assertHolds(under.store, digest, bytes);
      await under.damage(digest, someBytes(70, 5));
      await under.store.put(digest, bytes);
      await assertHolds(under.store, digest, bytes);
    });

    test('list gives every blob of both algorithms once; stops when the consumer does or the signal says', async () => {
      await using under = await makeStore();
      const put = new Set<Digest>();
      for (let i = 0; i < 40; i++) {
        const content = someBytes(i, i);
        const digest = digestOf(i % 2 ? 'sha256' : 'sha512', content);
        await under.store.put(digest, content);
        put.add(digest);
      }
      const listed = await Array.fromAsync(under.store.list(), ({ digest }) => digest);
      assert.equal(listed.length, 40);
      assert.deepEqual(new Set(listed), put);
      for await (const _ of under.store.list()) break;
      const reason = new Error('enough');
      const aborted = Array.fromAsync(under.store.list({ signal: AbortSignal.abort(reason) }));
      await assert.rejects(aborted, (error) => error === reason);
    });

    test('a store that works is healthy, and the check leaves no trace', async () => {
      await using under = await makeStore();
      await under.store.checkHealth();
      await Promise.all([under.store.checkHealth(), under.store.checkHealth()]);
      assert.deepEqual(await Array.fromAsync(under.store.list()), []);
      const everything = { before: Number.MAX_SAFE_INTEGER, isActive: () => false };
      assert.deepEqual(await under.store.expireUploads(everything), { uploads: 0, bytes: 0 });
    });

    test('pushes and deletes of one digest at once all succeed and leave no blob or the whole one', async () => {
      await using under = await makeStore();
      const bytes = someBytes(2000);
      const digest = digestOf('sha256', bytes);
      for (let round = 0; round < 10; round++) {
        await Promise.all([
          push(under.store, bytes),
          under.store.delete(digest),
          push(under.store, bytes),
          under.store.delete(digest),
          under.store.put(digest, bytes),
          under.store.delete(digest),
        ]);
        if ((await under.store.find(digest)) !== undefined) await assertHolds(under.store, digest, bytes);
      }
      await Promise.all([push(under.store, bytes), push(under.store, bytes)]);
      await assertHolds(under.store, digest, bytes);
    });
  });
}
