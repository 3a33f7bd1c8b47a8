import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../oci/index.ts';
import { recentContent } from './recent-contents.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('content is read once and then held', async () => {
  const content = bytes('held');
  const digest = digestOf('sha256', content);
  assert.deepEqual(await recentContent(digest, async () => content), content);
  assert.deepEqual(await recentContent(digest, () => assert.fail('read again')), content);
});

test('damaged content is not held: what heals it is seen at once', async () => {
  const content = bytes('whole');
  const digest = digestOf('sha256', content);
  assert.deepEqual(await recentContent(digest, async () => bytes('whol_')), bytes('whol_'));
  assert.deepEqual(await recentContent(digest, async () => content), content);
});

test('content that is not there is asked for again', async () => {
  const content = bytes('late');
  const digest = digestOf('sha256', content);
  assert.equal(await recentContent(digest, async () => undefined), undefined);
  assert.deepEqual(await recentContent(digest, async () => content), content);
});

test('32 MiB are held: what was asked for the longest time ago is read again', async () => {
  const large = Array.from({ length: 8 }, (_, index) => new Uint8Array(4 * 1024 * 1024).fill(index));
  const digests = large.map((content) => digestOf('sha256', content));
  const read = async (index: number) => {
    let wasRead = false;
    await recentContent(digests[index] ?? digestOf('sha256', bytes('')), async () => {
      wasRead = true;
      return large[index];
    });
    return wasRead;
  };
  for (let index = 0; index < 7; index += 1) assert.equal(await read(index), true);
  assert.equal(await read(0), false);
  assert.equal(await read(7), true);
  assert.equal(await read(0), false);
  assert.equal(await read(1), true);
});
