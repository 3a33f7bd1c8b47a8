import assert from 'node:assert/strict';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { createCapturingLogger, createFakeClock, temporaryFolder } from '../testing/index.ts';
import { openStorage } from './storage.ts';

test('what the server keeps beside the blobs is closed to other users, also where an older version left it open', async () => {
  await using folder = await temporaryFolder();
  const own = `${folder.path}/lading`;
  await mkdir(own);
  await chmod(own, 0o755);
  const storage = { kind: 'filesystem', root: folder.path } as const;
  const log = createCapturingLogger();
  await using _opened = await openStorage({ storage, exclusive: true, clock: createFakeClock(), log });
  assert.equal((await stat(own)).mode & 0o777, 0o700);
});
