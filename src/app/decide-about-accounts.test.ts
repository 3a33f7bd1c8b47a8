import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCapturingLogger, createFakeClock, temporaryFolder } from '../testing/index.ts';
import { accountsMarkOf } from './accounts-mark.ts';
import { loadConfiguration } from './configuration/index.ts';
import { decideAboutAccounts } from './decide-about-accounts.ts';
import { openStorage } from './storage.ts';

const clock = createFakeClock();
const log = createCapturingLogger();

async function decide(root: string, env: Record<string, string> = {}) {
  const { settings } = await loadConfiguration({ file: undefined, env, flags: { root, addr: undefined } });
  await using storage = await openStorage({ storage: settings.storage, exclusive: true, clock, log });
  return await decideAboutAccounts({ storage, settings, firstAdministrator: undefined, clock, log });
}

test('nothing configured and no administrator: no accounts, and no mark', async () => {
  await using folder = await temporaryFolder();
  assert.deepEqual(await decide(folder.path), { isOn: false, setupSecret: undefined });
  assert.ok(!(await readdir(join(folder.path, 'lading'))).includes('accounts'));
});

test('a password file that is not there is named by its variable', async () => {
  await using folder = await temporaryFolder();
  const { settings } = await loadConfiguration({ env: {}, flags: { root: folder.path } });
  await using storage = await openStorage({ storage: settings.storage, exclusive: true, clock, log });
  const firstAdministrator = { name: 'ann', passwordFile: join(folder.path, 'nope') };
  await assert.rejects(
    decideAboutAccounts({ storage, settings, firstAdministrator, clock, log }),
    /LADING_ADMIN_PASSWORD_FILE cannot be read: ENOENT.*nope/,
  );
});

test('a registry that had accounts stays closed when its database is lost', async () => {
  await using folder = await temporaryFolder();
  assert.equal((await decide(folder.path, { REGISTRY_AUTH: 'accounts' })).isOn, true);
  for (const file of await readdir(join(folder.path, 'lading'))) {
    if (file.startsWith('lading.db')) await rm(join(folder.path, 'lading', file));
  }
  const after = await decide(folder.path);
  assert.equal(after.isOn, true);
  assert.match(after.setupSecret ?? '', /^lading_/);
  assert.ok(log.entries.some(({ message }) => /stays closed/.test(message)));
  await rm(accountsMarkOf(folder.path));
  assert.equal((await decide(folder.path)).isOn, false);
});
