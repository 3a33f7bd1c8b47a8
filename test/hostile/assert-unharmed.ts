import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { ask, filesBelow, openFilesBelow, type TestServer } from '../../src/testing/index.ts';

/** What every attack must leave: a server that answers, no fault of its own, no open file, nothing out of place. */
export async function assertUnharmed(server: TestServer, options: { uploads?: number } = {}): Promise<void> {
  assert.equal((await ask(server, 'GET /v2/')).status, 200);
  await server.idle();
  assert.deepEqual(
    server.records.filter(({ status }) => status >= 500),
    [],
  );
  assert.deepEqual(
    server.log.entries.filter(({ level }) => level === 'error'),
    [],
  );
  assert.deepEqual(await readdir(server.parent), ['root']);
  const files = await filesBelow(server.root);
  const uploads = files.filter((path) => path.startsWith('lading/uploads/'));
  assert.equal(uploads.length, options.uploads ?? 0, uploads.join());
  const expected =
    /^(docker\/registry\/v2\/blobs\/sha(256|512)\/[0-9a-f]{2}\/[0-9a-f]+\/data|lading\/(uploads\/.*|lading\.db(-wal|-shm)?))$/;
  assert.deepEqual(
    files.filter((path) => !expected.test(path)),
    [],
  );
  assert.deepEqual(
    openFilesBelow(server.root).filter((path) => /uploads|docker/.test(path)),
    [],
  );
}
