import assert from 'node:assert/strict';
import { adoptTree } from '../../distribution/index.ts';
import { silentLogger } from '../../kernel/index.ts';
import {
  type BuiltImage,
  type BuiltManifest,
  buildImage,
  buildIndex,
  buildReferrer,
  descriptorOf,
  pushImage,
  putManifest,
  startTestServer,
  type TestServer,
} from '../../testing/index.ts';

export interface FilledRegistry extends AsyncDisposable {
  readonly server: TestServer;
  readonly root: string;
  /** `team/app:1.0` and `team/app:latest`, with a referrer. */
  readonly image: BuiltImage;
  /** `team/app:multi`: the image and another one. */
  readonly index: BuiltManifest;
  readonly referrer: BuiltImage;
}

/** A registry that a server has open, with two repositories. */
export async function startFilledRegistry(): Promise<FilledRegistry> {
  const server = await startTestServer();
  const { db, blobs, root, clock } = server;
  await adoptTree({ db, blobs, root, clock, log: silentLogger });
  const fields = { annotations: { 'org.example.evil': 'a\u001b]0;b' } };
  const image = buildImage({ seed: 1, layers: 2, layerBytes: 1000, fields });
  const other = buildImage({ seed: 2, layerBytes: 5000 });
  await pushImage(server, 'team/app', image, '1.0', 'latest');
  await pushImage(server, 'team/app', other);
  const manifests = [
    { ...descriptorOf(image.manifest), platform: { os: 'linux', architecture: 'amd64' } },
    { ...descriptorOf(other.manifest), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
  ];
  const index = buildIndex([], { manifests });
  const put = await putManifest(server, 'team/app', index, 'multi');
  assert.equal(put.status, 201, put.body.toString());
  const referrer = buildReferrer(image.manifest, { artifactType: 'application/vnd.example.sbom' });
  await pushImage(server, 'team/app', referrer);
  await pushImage(server, 'alone', other, 'v1');
  return { server, root, image, index, referrer, [Symbol.asyncDispose]: () => server.close() };
}
