import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, parseRepositoryName, parseTag, type RepositoryName, type Tag } from '../../oci/index.ts';
import { linkLayout } from './link-layout.ts';

const layout = linkLayout('/data');
const repository = parseRepositoryName('team/app');
const hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const digest = digestOf('sha256', new Uint8Array());

describe('link layout', () => {
  test('paths are those of registry:2', () => {
    const base = '/data/docker/registry/v2/repositories/team/app';
    const tag = parseTag('1.0');
    assert.equal(
      layout.linkPath(repository, { kind: 'layer', digest }),
      `${base}/_layers/sha256/${hex}/link`,
    );
    assert.equal(
      layout.linkPath(repository, { kind: 'revision', digest }),
      `${base}/_manifests/revisions/sha256/${hex}/link`,
    );
    assert.equal(
      layout.linkPath(repository, { kind: 'tag', tag }),
      `${base}/_manifests/tags/1.0/current/link`,
    );
    assert.equal(
      layout.tagIndexPath(repository, tag, digest),
      `${base}/_manifests/tags/1.0/index/sha256/${hex}/link`,
    );
  });

  test('a name that would lead out of the tree never becomes a path, whatever its type says', () => {
    for (const name of ['..', '../x', 'a/../../x', 'a//b', '/etc', '.', '', 'a/', 'a\0b', 'a\\b']) {
      assert.throws(() => layout.linkPath(name as RepositoryName, { kind: 'layer', digest }), name);
      assert.throws(() => layout.tagDir(repository, name as Tag), name);
    }
  });
});
