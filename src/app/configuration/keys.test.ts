import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys } from './keys.ts';

/** The keys of `registry:2` and `registry:3` that clients.md 4.3 marks as very common or common. */
const commonKeys = `
version log.level storage.filesystem.rootdirectory storage.s3.accesskey storage.s3.secretkey storage.s3.region
storage.s3.regionendpoint storage.s3.bucket storage.s3.rootdirectory storage.s3.forcepathstyle storage.s3.secure
storage.delete.enabled storage.redirect.disable storage.cache.blobdescriptor
storage.maintenance.uploadpurging.enabled storage.maintenance.uploadpurging.age
storage.maintenance.uploadpurging.interval storage.maintenance.uploadpurging.dryrun
storage.maintenance.readonly.enabled auth.htpasswd.realm auth.htpasswd.path auth.token.realm auth.token.service
auth.token.issuer auth.token.rootcertbundle http.addr http.host http.secret http.relativeurls http.tls.certificate
http.tls.key http.debug.addr http.debug.prometheus.enabled http.debug.prometheus.path http.headers.X-Any
notifications.endpoints redis.addr redis.password health.storagedriver.enabled health.storagedriver.interval
health.storagedriver.threshold proxy.remoteurl proxy.username proxy.password proxy.ttl validation.disabled
validation.manifests.urls.allow validation.manifests.urls.deny`;

for (const path of commonKeys.trim().split(/\s+/)) {
  test(`${path} is in the table`, () => {
    const parts = path.split('.');
    const known = keys.some((key) => {
      const pattern = key.path.split('.');
      if (key.status === 'supported' && pattern.length !== parts.length) return false;
      return pattern.every((part, index) => part === '*' || part === parts[index]);
    });
    assert.ok(known);
  });
}

test('no key stands twice or below another one', () => {
  const paths = keys.map((key) => key.path);
  assert.equal(new Set(paths).size, paths.length);
  for (const path of paths) assert.ok(!paths.some((other) => other.startsWith(`${path}.`)), path);
});

test('every default is a value of its type', () => {
  for (const key of keys) {
    if (key.status !== 'supported' || key.default === undefined) continue;
    const tree = { kind: 'scalar', text: key.default, isNull: false, origin: 'default' } as const;
    assert.notEqual(key.type.find(tree), undefined, key.path);
  }
});
