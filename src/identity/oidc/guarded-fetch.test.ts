import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { test } from 'node:test';
import { createGuardedFetch } from './guarded-fetch.ts';
import { isPublicAddress } from './is-public-address.ts';

const own = { allowsPrivate: true, allowsPlainLoopback: true };
const outside = { allowsPrivate: false, allowsPlainLoopback: false };

async function startServer(listener: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Each name leads to `addresses`. */
const leadingTo =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

for (const [address, isPublic] of [
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.0.1', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['fd00:ec2::254', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:0:7f00:1::', false],
  ['no address', false],
] as const) {
  test(`${address} is ${isPublic ? '' : 'not '}an address of the internet`, () => {
    assert.equal(isPublicAddress(address), isPublic);
  });
}

for (const url of [
  'http://issuer.example/',
  'ftp://issuer.example/',
  'file:///etc/passwd',
  'https://user:secret@issuer.example/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://169.254.169.254/latest/meta-data',
  'no url',
]) {
  test(`${url} is refused before anything is connected to`, async () => {
    const unused: LookupFunction = () => assert.fail('it looked the name up');
    await assert.rejects(createGuardedFetch(outside, { lookup: unused })(url), {
      name: 'OidcError',
      code: 'address-refused',
    });
  });
}

test('a name of the internet that leads into the private network is refused, also when one of several addresses does', async () => {
  for (const addresses of [['127.0.0.1'], ['10.0.0.1'], ['8.8.8.8', '169.254.169.254'], ['fd00::1']]) {
    const fetchOutside = createGuardedFetch(outside, { lookup: leadingTo(...addresses) });
    await assert.rejects(fetchOutside('https://issuer.example/'), {
      code: 'address-refused',
      message: /privateissuers/,
    });
  }
});

test('http is spoken with this machine alone, whatever a name says', async () => {
  await using server = await startServer((_, response) => response.end('{}'));
  const url = `http://issuer.example:${server.port}/`;
  await assert.rejects(createGuardedFetch(own, { lookup: leadingTo('10.0.0.1') })(url), {
    code: 'address-refused',
  });
  const answer = await createGuardedFetch(own, { lookup: leadingTo('127.0.0.1') })(url);
  assert.equal(await answer.text(), '{}');
});

test('the connection goes to the address that was checked: a name is looked up once', async () => {
  await using server = await startServer((_, response) => response.end('{}'));
  let looked = 0;
  const lookup: LookupFunction = (name, options, callback) => {
    looked += 1;
    leadingTo(looked === 1 ? '127.0.0.1' : '169.254.169.254')(name, options, callback);
  };
  await createGuardedFetch(own, { lookup })(`http://issuer.example:${server.port}/`);
  assert.equal(looked, 1);
});

test('a redirect is answered, not followed', async () => {
  await using elsewhere = await startServer((_, response) => response.end('secret'));
  await using server = await startServer((_, response) =>
    response.writeHead(302, { Location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
  );
  const answer = await createGuardedFetch(own)(`http://127.0.0.1:${server.port}/`);
  assert.equal(answer.status, 302);
  assert.equal(elsewhere.asked(), 0);
});

test('an answer without end is cut off at half a megabyte', async () => {
  await using server = await startServer((_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024))) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  });
  await assert.rejects(createGuardedFetch(own)(`http://127.0.0.1:${server.port}/`), {
    code: 'unreachable',
    message: /524288 bytes/,
  });
});

test('who never answers is not waited for', async () => {
  await using server = await startServer(() => {});
  const impatient = createGuardedFetch(own, { timeoutMs: 20 });
  await assert.rejects(impatient(`http://127.0.0.1:${server.port}/`), { code: 'unreachable' });
});
