import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMiniCa, type IssuedCertificate, type MiniCa, miniCaSkip } from '../testing/mini-ca.ts';
import { createRecordingLog } from '../testing/recording-log.ts';
import { loadTlsContext, type TlsSettings } from './tls-context.ts';

const DAY_MS = 24 * 60 * 60_000;

describe('loading TLS files', { skip: miniCaSkip }, () => {
  let ca: MiniCa;
  let server: IssuedCertificate;
  let other: IssuedCertificate;

  before(() => {
    ca = createMiniCa();
    server = ca.issue('server');
    other = ca.issue('other');
  });
  after(() => ca[Symbol.dispose]());

  async function load(changes: Partial<TlsSettings>, now = Date.now()) {
    const { log, lines } = createRecordingLog();
    const settings: TlsSettings = {
      ...server,
      clientCas: [],
      clientAuth: 'require-and-verify-client-cert',
      minimumTls: 'tls1.2',
      ...changes,
    };
    return { loaded: await loadTlsContext({ settings, clock: { now: () => now }, log }), lines };
  }

  function write(name: string, content: string): string {
    const path = join(ca.folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('asks clients for no certificate unless there are authorities for them', async () => {
    assert.equal((await load({})).loaded.clientAuth, undefined);
    assert.deepEqual((await load({ clientCas: [ca.path] })).loaded.clientAuth?.requestCert, true);
  });

  it('refuses a missing file, naming it', async () => {
    for (const key of ['certificate', 'key'] as const) {
      await assert.rejects(load({ [key]: '/nowhere/x.pem' }), {
        name: 'TlsError',
        code: 'tls-file-unreadable',
        message: /^\/nowhere\/x\.pem cannot be read: ENOENT/,
      });
    }
    await assert.rejects(load({ clientCas: [ca.path, '/nowhere/ca.pem'] }), {
      code: 'tls-file-unreadable',
      message: /^\/nowhere\/ca\.pem /,
    });
  });

  it('refuses a directory and a file that is far too large', async () => {
    await assert.rejects(load({ key: ca.folder }), {
      code: 'tls-file-unreadable',
      message: `${ca.folder} is not a file.`,
    });
    const large = write('large.pem', 'x'.repeat(2 * 1024 * 1024 + 1));
    await assert.rejects(load({ certificate: large }), {
      code: 'tls-file-unreadable',
      message: /is larger than/,
    });
  });

  it('refuses the key of another certificate, naming both files', async () => {
    await assert.rejects(load({ key: other.key }), {
      code: 'tls-key-mismatch',
      message: `${other.key} is not the key of the first certificate in ${server.certificate}. The server's own certificate comes first, then its chain.`,
    });
  });

  it('takes a chain with its own certificate first, and refuses one that is upside down', async () => {
    const pem = readFileSync(server.certificate, 'utf8');
    await load({ certificate: write('chain.pem', pem + ca.pem) });
    await assert.rejects(load({ certificate: write('wrong-chain.pem', ca.pem + pem) }), {
      code: 'tls-key-mismatch',
    });
  });

  it('refuses files that hold something else, naming them and never repeating them', async () => {
    const junk = write('junk.pem', 'hunter2');
    for (const changes of [{ certificate: junk }, { key: junk }, { clientCas: [junk] }]) {
      await assert.rejects(load(changes), (error: Error & { code: string }) => {
        assert.equal(error.code, 'tls-file-invalid');
        assert.ok(error.message.startsWith(`${junk} holds no `), error.message);
        assert.doesNotMatch(`${error.message} ${error.cause}`, /hunter2/);
        return true;
      });
    }
    await assert.rejects(load({ clientCas: [write('empty.pem', '')] }), { code: 'tls-file-invalid' });
  });

  it('refuses a chain of which a later certificate is broken', async () => {
    const pem = readFileSync(server.certificate, 'utf8');
    const broken = write('broken-chain.pem', pem + String(ca.pem).replace(/\n[A-Za-z0-9+/]{20}/, '\n'));
    await assert.rejects(load({ certificate: broken }), { code: 'tls-file-invalid' });
  });

  it('refuses a key with a passphrase and tells how to remove it', async () => {
    const encrypted = join(ca.folder, 'encrypted.key');
    execFileSync('openssl', [
      ...['pkey', '-in', server.key, '-aes256', '-passout', 'pass:secret', '-out', encrypted],
    ]);
    await assert.rejects(load({ key: encrypted }), {
      code: 'tls-file-invalid',
      message: /is encrypted\. .*openssl pkey/,
    });
  });

  it('refuses cipher suites that OpenSSL does not know', async () => {
    await assert.rejects(load({ cipherSuites: ['NO-SUCH-SUITE'] }), { code: 'tls-file-invalid' });
  });

  it('warns of a certificate out of its time, and serves it', async () => {
    for (const [now, message] of [
      [Date.now() + 2 * DAY_MS, /has expired/],
      [Date.now() - DAY_MS, /not valid yet/],
    ] as const) {
      const { lines } = await load({}, now);
      assert.deepEqual(
        lines.map(({ level }) => level),
        ['warn'],
      );
      assert.match(lines[0]?.message ?? '', message);
    }
    assert.deepEqual((await load({})).lines, []);
  });
});
