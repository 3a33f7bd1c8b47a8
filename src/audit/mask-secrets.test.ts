import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskSecrets } from './mask-secrets.ts';
import { anEntry, openAudit } from './suite/open-audit.ts';

const SECRET = 'hunter2hunter2';
const jwt = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.${SECRET}`;

const secretive: readonly unknown[] = [
  { password: SECRET },
  { new_password: SECRET, currentPassword: SECRET, passwordHash: SECRET },
  { nested: [{ deeper: { client_secret: SECRET, secret: SECRET } }] },
  { recovery_codes: [SECRET, SECRET], totp: SECRET, code: SECRET, totp_secret: SECRET },
  { token: SECRET, refresh_token: SECRET, access_token: SECRET, refreshToken: SECRET },
  [`id_token_${jwt}`, `x-${jwt}`, `(${jwt})`],
  { headers: { authorization: SECRET, cookie: SECRET, 'x-api-key': SECRET } },
  { private_key: { d: SECRET } },
  { note: `use lading_pat_${SECRET} for it` },
  [`Bearer ${SECRET}`, `Basic ${SECRET}`, jwt],
  { text: `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----` },
  { url: `https://ann:${SECRET}@example.test/x`, otp: `otpauth://totp/x?secret=${SECRET}` },
  { [`lading_ses_${SECRET}`]: 1 },
  { kept: `$argon2id$v=19$m=1${SECRET}` },
];

for (const value of secretive) {
  test(`nothing of the secret is left of ${JSON.stringify(value)}`, () => {
    assert.doesNotMatch(JSON.stringify(maskSecrets(value)), /hunter2/);
  });
}

test('what is no secret stays as it is', () => {
  const plain = {
    name: 'ci',
    token_id: '7b0c9a8e-0d4b-4b4e-8f0a-3f0b8b0c9a8e',
    tokens: 3,
    has_password: true,
    password: null,
    digest: `sha256:${'ab'.repeat(32)}`,
    scope: { actions: ['pull'], repositories: ['acme/**'] },
    url: 'https://example.test:5000/path',
  };
  assert.deepEqual(maskSecrets(plain), plain);
});

test('what is long is cut, with its hash; what is deep or many is bounded', () => {
  const long = String(maskSecrets('x'.repeat(100_000)));
  assert.ok(long.length < 400);
  assert.match(long, /100000 characters, sha256:[\da-f]{64}/);
  const many = maskSecrets(Array(10_000).fill('a')) as string[];
  assert.equal(many.at(-1), '[9800 more]');
  let deep: unknown = 'bottom';
  for (let index = 0; index < 10_000; index++) deep = { deep };
  assert.match(JSON.stringify(maskSecrets(deep)), /\[deeper\]/);
});

test('a line of the log holds none of them either, in whatever part of the entry they come', async () => {
  await using open = await openAudit();
  const text = `Bearer ${SECRET}`;
  await open.record(
    ...secretive.map((value) => anEntry({ before: value, after: value })),
    anEntry({ action: text, reason: text, resource: { type: 'token', name: text, namespace: text } }),
    anEntry({ origin: { remoteAddress: text, requestId: text } }),
  );
  assert.doesNotMatch(JSON.stringify(await open.rows()), /hunter2/);
});

test('a line stays small though everything about it is large', async () => {
  await using open = await openAudit();
  const huge = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, 'v'.repeat(900)]));
  const text = 'n'.repeat(100_000);
  await open.record(
    anEntry({ before: huge, after: huge, reason: text, resource: { type: text, name: text } }),
  );
  assert.ok(JSON.stringify(await open.rows()).length < 10_000);
});

test('a text that is made to hold up who looks for secrets takes as long as any other', () => {
  const masked = (text: string) => {
    const before = process.cpuUsage();
    maskSecrets(text);
    const { user } = process.cpuUsage(before);
    return user / 1000;
  };
  masked('warm');
  for (const piece of [
    '-eyJ',
    'eyJ-',
    'eyJ.',
    'eyJ_eyJ.',
    'Bearer ',
    '://:',
    '-----BEGIN ',
    '$argon2',
    'gha_',
  ]) {
    assert.ok(masked(piece.repeat(1_000_000 / piece.length)) < 1_000, piece);
  }
});
