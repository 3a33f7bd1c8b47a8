import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, get, type RequestOptions } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { silentLogger } from '../kernel/index.ts';
import { createMiniCa, type IssuedCertificate, type MiniCa, miniCaSkip } from '../testing/mini-ca.ts';
import { listen } from './listener.ts';
import type { ClientAuth } from './tls-client-auth.ts';
import { loadTlsContext, type TlsSettings } from './tls-context.ts';

describe('a listener with TLS', { skip: miniCaSkip }, () => {
  let ca: MiniCa;
  let server: IssuedCertificate;
  let renewed: IssuedCertificate;

  before(() => {
    ca = createMiniCa();
    server = ca.issue('server');
    renewed = ca.issue('renewed');
  });
  after(() => ca[Symbol.dispose]());

  const load = (changes: Partial<TlsSettings> = {}) =>
    loadTlsContext({
      settings: {
        ...server,
        clientCas: [],
        clientAuth: 'require-and-verify-client-cert',
        minimumTls: 'tls1.2',
        ...changes,
      },
      clock: { now: () => Date.now() },
      log: silentLogger,
    });

  async function start(context: TestContext, changes: Partial<TlsSettings> = {}, http2 = true) {
    const requests: string[] = [];
    const listener = await listen({
      host: '127.0.0.1',
      port: 0,
      tls: await load(changes),
      http2,
      onRequest: (request, response) => {
        requests.push(request.httpVersion);
        response.setHeader('Content-Type', 'text/plain');
        response.end(`HTTP/${request.httpVersion}`);
      },
    });
    context.after(() => listener.close(0));
    const to = { host: '127.0.0.1', port: listener.address.port, ca: ca.pem };
    return { listener, to, requests };
  }

  async function over1(options: RequestOptions & { session?: Buffer }): Promise<string> {
    const request = get(options);
    const [response] = await once(request, 'response');
    return text(response);
  }

  async function over2({ host, port, ...options }: ConnectionOptions): Promise<string> {
    const session = connectHttp2(`https://${host}:${port}`, options);
    try {
      const stream = session.request({ ':path': '/' });
      // Of both that fail, one is waited for.
      session.on('error', () => {});
      const body = await text(stream);
      if (body === '') throw new Error('connection closed');
      return body;
    } finally {
      session.destroy();
    }
  }

  async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connectTls(options);
    await once(socket, 'secureConnect');
    return socket;
  }

  const pair = ({ certificate, key }: IssuedCertificate) => ({
    cert: readFileSync(certificate),
    key: readFileSync(key),
  });

  it('speaks HTTP/2 and HTTP/1.1 on one port', async (context) => {
    const { to } = await start(context);
    assert.equal(await over1({ ...to, agent: false }), 'HTTP/1.1');
    assert.equal(await over2(to), 'HTTP/2.0');
  });

  it('speaks HTTP/1.1 alone where HTTP/2 is switched off', async (context) => {
    const { to } = await start(context, {}, false);
    assert.equal(await over1({ ...to, agent: false }), 'HTTP/1.1');
    const socket = await handshake({ ...to, ALPNProtocols: ['h2', 'http/1.1'] });
    assert.equal(socket.alpnProtocol, 'http/1.1');
    socket.destroy();
  });

  for (const [minimumTls, version, accepted] of [
    ['tls1.2', 'TLSv1', false],
    ['tls1.2', 'TLSv1.1', false],
    ['tls1.2', 'TLSv1.2', true],
    ['tls1.2', 'TLSv1.3', true],
    ['tls1.3', 'TLSv1.2', false],
    ['tls1.3', 'TLSv1.3', true],
  ] as const) {
    it(`${accepted ? 'takes' : 'refuses'} ${version} where ${minimumTls} is the minimum`, async (context) => {
      const { to } = await start(context, { minimumTls });
      // The lowest security level, or the client itself would refuse the old versions.
      const client = { ...to, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
      if (accepted) (await handshake(client)).destroy();
      else await assert.rejects(handshake(client), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    });
  }

  it('offers the cipher suites that are configured, and no other', async (context) => {
    const { to } = await start(context, { cipherSuites: ['ECDHE-ECDSA-AES256-GCM-SHA384'] });
    const socket = await handshake({ ...to, maxVersion: 'TLSv1.2' });
    assert.equal(socket.getCipher().name, 'ECDHE-ECDSA-AES256-GCM-SHA384');
    socket.destroy();
    const other = { ...to, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } as const;
    await assert.rejects(handshake(other), { code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE' });
  });

  it('closes connections that do not speak TLS, and goes on', async (context) => {
    for (const http2 of [true, false]) {
      const { to } = await start(context, {}, http2);
      for (const line of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01garbage', '\0']) {
        const socket = connectTcp(to);
        socket.on('error', () => {});
        socket.resume().end(line, 'latin1');
        await once(socket, 'close');
      }
      assert.equal(await over1({ ...to, agent: false }), 'HTTP/1.1');
    }
  });

  for (const http2 of [true, false]) {
    it(`uses a new certificate for new connections and keeps the old ones (HTTP/2: ${http2})`, async (context) => {
      const { to, listener } = await start(context, {}, http2);
      const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
      context.after(() => agent.destroy());
      assert.equal(await over1({ ...to, agent }), 'HTTP/1.1');
      listener.setCertificate((await load(renewed)).context);
      const reused = get({ ...to, agent });
      const [response] = await once(reused, 'response');
      assert.equal(reused.reusedSocket, true);
      assert.equal((response.socket as TLSSocket).getPeerCertificate().subject.CN, 'server');
      await text(response);
      const socket = await handshake(to);
      assert.equal(socket.getPeerCertificate().subject.CN, 'renewed');
      socket.destroy();
    });
  }

  describe('asking clients for certificates', () => {
    let stranger: MiniCa;
    let clients: Record<'none' | 'unknown' | 'known', { cert?: Buffer; key?: Buffer }>;

    before(() => {
      stranger = createMiniCa();
      clients = { none: {}, unknown: pair(stranger.issue('client')), known: pair(ca.issue('client')) };
    });
    after(() => stranger[Symbol.dispose]());

    const modes: readonly [ClientAuth, accepted: readonly (keyof typeof clients)[]][] = [
      ['request-client-cert', ['none', 'unknown', 'known']],
      ['require-any-client-cert', ['unknown', 'known']],
      ['verify-client-cert-if-given', ['none', 'known']],
      ['require-and-verify-client-cert', ['known']],
    ];

    for (const [clientAuth, accepted] of modes) {
      for (const client of ['none', 'unknown', 'known'] as const) {
        const verb = accepted.includes(client) ? 'serves' : 'reads no request of';
        it(`${clientAuth} ${verb} a client with certificate: ${client}`, async (context) => {
          for (const http2 of [true, false]) {
            const { to, requests } = await start(context, { clientCas: [ca.path], clientAuth }, http2);
            for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
              const options = { ...to, ...clients[client], maxVersion };
              const asking = [over1({ ...options, agent: false }), ...(http2 ? [over2(options)] : [])];
              for (const { status } of await Promise.allSettled(asking)) {
                assert.equal(status, accepted.includes(client) ? 'fulfilled' : 'rejected', maxVersion);
              }
            }
            const expected = http2 ? ['1.1', '1.1', '2.0', '2.0'] : ['1.1', '1.1'];
            assert.deepEqual(requests.sort(), accepted.includes(client) ? expected : []);
          }
        });
      }
    }

    it('takes a resumed session for what it was, and none from before another authority', async (context) => {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const { to, listener, requests } = await start(context, { clientCas: [ca.path] });
        const sessions: Buffer[] = [];
        const agent = new Agent({ keepAlive: true });
        context.after(() => agent.destroy());
        const request = get({ ...to, ...clients.known, agent, maxVersion });
        request.on('socket', (socket) => socket.on('session', (session: Buffer) => sessions.push(session)));
        const [response] = await once(request, 'response');
        await text(response);
        const session = sessions.at(-1);
        assert.ok(session);
        assert.equal(await over1({ ...to, agent: false, session, maxVersion }), 'HTTP/1.1');

        listener.setCertificate((await load({ clientCas: [stranger.path] })).context);
        await assert.rejects(over1({ ...to, ...clients.known, agent: false, session, maxVersion }));
        await assert.rejects(over1({ ...to, agent: false, session, maxVersion }));
        assert.equal(requests.length, 2);
      }
    });
  });
});
