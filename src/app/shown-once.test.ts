import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startAccountsServer } from '../testing/start-accounts-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

/** Every byte that is kept: the database, its log, and whatever else lies there. */
async function bytesBelow(root: string): Promise<Buffer> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name)))));
}

for (const [title, line, body] of [
  ['the secret of an access token', 'POST /api/v1/users/root/tokens', { name: 'ci', actions: ['pull'] }],
  ['the link with which a new user sets his password', 'POST /api/v1/users', { name: 'invited' }],
] as const) {
  test(`${title} is repeated to who has the Idempotency-Key, and is in no file`, async () => {
    await using folder = await temporaryFolder();
    await using server = await startAccountsServer({
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: folder.path,
    });
    const key = randomUUID();
    const send = () => server.must(line, { as: server.root, body, headers: { 'Idempotency-Key': key } });
    const first = await send();
    const again = await send();
    assert.deepEqual(again, first);
    const { secret } = (first.password_link ?? first) as { secret: string };
    assert.match(secret, /^\S{20,}$/);
    const kept = await bytesBelow(folder.path);
    assert.ok(kept.includes(body.name), 'what was made is there');
    for (const text of [secret, key]) {
      for (const form of [text, Buffer.from(text).toString('base64').slice(0, -4)]) {
        assert.equal(kept.includes(form), false, form);
      }
    }
  });
}
