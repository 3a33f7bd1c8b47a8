import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCapturingLogger } from '../testing/index.ts';
import { loadConfiguration } from './configuration/index.ts';
import { introduce } from './introduce.ts';

const settingsOf = async (environment: Record<string, string>) =>
  (await loadConfiguration({ env: { REGISTRY_AUTH: 'accounts', ...environment }, flags: {} })).settings;

for (const [what, environment, link] of [
  ['of localhost where every address is meant', {}, 'http://localhost:5000/setup#s3cret'],
  [
    'of the address that the operator named',
    { REGISTRY_HTTP_HOST: 'https://hub.example', REGISTRY_HTTP_PREFIX: '/r/' },
    'https://hub.example/r/setup#s3cret',
  ],
] as const) {
  test(`without an administrator the start tells a link that a browser opens: ${what}`, async () => {
    const log = createCapturingLogger();
    const settings = await settingsOf(environment);
    const accounts = { isOn: true, setupSecret: 's3cret' };
    introduce({ url: 'http://[::]:5000', address: '::', settings, accounts, log });
    assert.ok(
      log.entries.some((line) => JSON.stringify(line).includes(`${link} `)),
      JSON.stringify(log.entries),
    );
  });
}
