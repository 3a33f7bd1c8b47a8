import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading config', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-cli-'));
    file = join(folder, 'config.yml');
    await writeFile(
      file,
      'version: 0.1\nhttp:\n  addr: :5001\n  secret: hunter2\nlog:\n  lvel: debug\nstorage:\n  filesystem:\n    rootdirectory: /srv\n',
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('shows key, value and origin; what wins, wins; secrets are masked', async () => {
    const env = { REGISTRY_HTTP_ADDR: ':5002' };
    const { code, out, err } = await spawnLading(['config', '--config', file, '--root', '/other'], { env });
    assert.equal(code, 0);
    assert.match(out, /^KEY +VALUE +FROM\n/);
    assert.match(out, /^http\.addr +:5002 +environment REGISTRY_HTTP_ADDR$/m);
    assert.match(out, /^storage\.filesystem\.rootdirectory +\/other +flag --root$/m);
    assert.match(out, /^http\.secret +•+ +file .*config\.yml:\d+$/m);
    assert.match(out, /^storage\.delete\.enabled +true +default$/m);
    assert.ok(!(out + err).includes('hunter2'));
    assert.match(err, /^warning: .*log\.lvel.*level/);
  });

  it('gives the same as JSON lines', async () => {
    const lines = parseJsonLines((await runLading(['config', '--json', '--config', file])).out);
    const byKey = new Map(lines.map((line) => [line.key, line]));
    assert.deepEqual(byKey.get('storage.delete.enabled'), {
      key: 'storage.delete.enabled',
      value: true,
      from: 'default',
      secret: false,
    });
    assert.equal(byKey.get('http.secret')?.secret, true);
    assert.notEqual(byKey.get('http.secret')?.value, 'hunter2');
  });

  it('says in sentences what is wrong with a file, and exits with 1', async () => {
    const { code, out, err } = await runLading(['config', '--config', join(folder, 'none.yml')]);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /^lading: .*none\.yml[^\n]*\n$/);
  });
});
