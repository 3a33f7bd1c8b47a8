import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareArgon2id, hashArgon2id, nobodysArgon2id } from './argon2id.ts';

test('a password has its hash and no other has', async () => {
  const hash = await hashArgon2id('correct horse');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await compareArgon2id('correct horse', hash), true);
  assert.equal(await compareArgon2id('correct horsf', hash), false);
  assert.notEqual(hash, await hashArgon2id('correct horse'));
});

test('a hash of the reference program is understood', async () => {
  // phc-winner-argon2, src/test.c.
  const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.equal(await compareArgon2id('password', hash), true);
  assert.equal(await compareArgon2id('Password', hash), false);
});

for (const hash of [
  '',
  '$2y$10$abcdefghijklmnopqrstuv',
  '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=19456,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
]) {
  test(`nobody has ${JSON.stringify(hash)}, and it costs nothing`, async () => {
    assert.equal(await compareArgon2id('password', hash), false);
  });
}

test("nobody's hash costs as much as a real one", async () => {
  const costOf = (hash: string) => hash.split('$')[3];
  assert.equal(costOf(nobodysArgon2id()), costOf(await hashArgon2id('x')));
});
