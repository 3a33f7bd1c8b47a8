import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Registry, type Scene, sha256, startLading, story, writeRandomFile } from './harness/index.ts';

const BIG_BYTES = 64 * 1024 * 1024;

interface CurlAnswer {
  readonly status: number;
  readonly header: (name: string) => string;
  /** What -v prints: the requests and answers on the wire. */
  readonly trace: string;
  readonly bodyPath: string;
}

/** `curl ARGS`, with status and headers of the last answer. */
async function curl(scene: Scene, ...args: readonly string[]): Promise<CurlAnswer> {
  const bodyPath = scene.path('body');
  const options = ['--silent', '--verbose', '--output', bodyPath, '--dump-header', scene.path('headers')];
  const { stdout, stderr } = await scene.run('curl', [...options, '--write-out', '%{http_code}', ...args]);
  const headers = readFileSync(scene.path('headers'), 'utf8');
  const header = (name: string) => new RegExp(`^${name}: (.*?)\r?$`, 'im').exec(headers)?.[1] ?? '';
  return { status: Number(stdout), header, trace: stderr, bodyPath };
}

/** Opens an upload session. Returns its absolute URL. */
async function openUpload(scene: Scene, registry: Registry, repository: string): Promise<string> {
  const answer = await curl(scene, '-X', 'POST', `${registry.url}/v2/${repository}/blobs/uploads/`);
  assert.equal(answer.status, 202, answer.trace);
  return new URL(answer.header('location'), registry.url).href;
}

function closing(upload: string, digest: string): string {
  const url = new URL(upload);
  url.searchParams.set('digest', digest);
  return url.href;
}

story(
  'curl -T uploads 64 MiB behind Expect: 100-continue, reads ranges and resumes a download',
  ['curl'],
  async (scene) => {
    const registry = await startLading(scene);
    writeRandomFile(scene.path('big'), BIG_BYTES);
    const big = readFileSync(scene.path('big'));
    const digest = sha256(big);
    const blob = `${registry.url}/v2/curl/big/blobs/${digest}`;

    await scene.step('upload', async () => {
      const url = closing(await openUpload(scene, registry, 'curl/big'), digest);
      const put = await curl(
        scene,
        '-T',
        'big',
        '-H',
        'Content-Type: application/octet-stream',
        '-H',
        'Expect: 100-continue',
        url,
      );
      assert.equal(put.status, 201, put.trace);
      assert.match(put.trace, /< HTTP\/1\.1 100 Continue/);
      assert.equal(put.header('docker-content-digest'), digest);
    });

    await scene.step('the whole comes back', async () => {
      const got = await curl(scene, blob);
      assert.equal(got.header('content-length'), String(BIG_BYTES));
      assert.ok(readFileSync(got.bodyPath).equals(big));
    });

    await scene.step('ranges', async () => {
      for (const [range, from, to] of [
        ['0-0', 0, 1],
        ['1000-1999', 1000, 2000],
        ['-500', BIG_BYTES - 500, BIG_BYTES],
        [`${BIG_BYTES - 10}-`, BIG_BYTES - 10, BIG_BYTES],
        // regclient asks one past the end; it is clamped.
        [`${BIG_BYTES - 10}-${BIG_BYTES}`, BIG_BYTES - 10, BIG_BYTES],
      ] as const) {
        const got = await curl(scene, '-r', range, blob);
        assert.equal(got.status, 206, `${range}\n${got.trace}`);
        assert.equal(got.header('content-range'), `bytes ${from}-${to - 1}/${BIG_BYTES}`);
        assert.ok(readFileSync(got.bodyPath).equals(big.subarray(from, to)), range);
      }
      const several = await curl(scene, '-r', '0-9,100-109', blob);
      assert.equal(several.status, 206);
      assert.match(several.header('content-type'), /^multipart\/byteranges; boundary=/);
      const parts = readFileSync(several.bodyPath);
      for (const start of [0, 100]) assert.ok(parts.includes(big.subarray(start, start + 10)));
      const beyond = await curl(scene, '-r', `${BIG_BYTES}-`, blob);
      assert.equal(beyond.status, 416, beyond.trace);
      assert.equal(beyond.header('content-range'), `bytes */${BIG_BYTES}`);
    });

    await scene.step('a download that broke off goes on where it was', async () => {
      writeFileSync(scene.path('part'), big.subarray(0, 12_345_678));
      await scene.run('curl', ['--silent', '--fail', '-C', '-', '-o', 'part', blob]);
      assert.ok(readFileSync(scene.path('part')).equals(big));
    });

    await scene.step('an unchanged blob is not sent again', async () => {
      const etag = (await curl(scene, '-I', blob)).header('etag');
      assert.equal((await curl(scene, '-H', `If-None-Match: ${etag}`, blob)).status, 304);
    });
  },
);

story(
  'curl goes on with an upload after a cut connection and after a restart of the server',
  ['curl'],
  async (scene) => {
    const before = await startLading(scene);
    const sizeBytes = 8 * 1024 * 1024;
    writeRandomFile(scene.path('big'), sizeBytes);
    const big = readFileSync(scene.path('big'));
    const digest = sha256(big);
    mkdirSync(scene.path('parts'));
    const patch = async (url: string, from: number, to: number) => {
      writeFileSync(scene.path('part'), big.subarray(from, to));
      return await curl(
        scene,
        '-X',
        'PATCH',
        '--data-binary',
        '@part',
        '-H',
        'Content-Type: application/octet-stream',
        '-H',
        `Content-Range: ${from}-${to - 1}`,
        url,
      );
    };
    /** How many bytes the server says it has. */
    const offsetOf = async (url: string) => {
      const status = await curl(scene, url);
      assert.equal(status.status, 204, status.trace);
      return Number(/^0-(\d+)$/.exec(status.header('range'))?.[1] ?? Number.NaN) + 1;
    };

    let upload = await openUpload(scene, before, 'curl/resumed');
    let offset = 0;
    await scene.step('cut in the middle: the session stays and goes on', async () => {
      // At 1 MiB a second, curl gives up before it has sent all.
      const cut = [
        '--silent',
        '--limit-rate',
        '1M',
        '--max-time',
        '2',
        '-X',
        'PATCH',
        '-T',
        'big',
        '-H',
        'Content-Type: application/octet-stream',
      ];
      const { code } = await scene.run('curl', [...cut, upload], { expect: 'any' });
      assert.equal(code, 28, 'curl ended by its own time limit');
      // The server learns of the cut a moment after curl has ended: until then the offset moves, and PATCH says 416.
      for (let tried = 0; offset === 0; tried++) {
        assert.ok(tried < 50, 'the upload can go on within 5 s');
        const start = await offsetOf(upload);
        const next = await patch(upload, start, Math.max(start, 4 * 1024 * 1024) + 1);
        if (next.status === 202) {
          offset = Math.max(start, 4 * 1024 * 1024) + 1;
          upload = new URL(next.header('location'), before.url).href;
          assert.equal(next.header('range'), `0-${offset - 1}`);
        } else {
          await delay(100);
        }
      }
    });

    await scene.step('out of order: 416 with the place to go on', async () => {
      const wrong = await patch(upload, offset + 5, offset + 10);
      assert.equal(wrong.status, 416, wrong.trace);
      assert.equal(wrong.header('range'), `0-${offset - 1}`);
    });

    await scene.step('restart, rest, close', async () => {
      assert.equal(await before.stop(), 0, 'a clean stop');
      const after = await startLading(scene, { root: before.root, port: before.port });
      assert.equal(await offsetOf(upload), offset);
      const last = await patch(upload, offset, sizeBytes);
      assert.equal(last.status, 202, last.trace);
      upload = new URL(last.header('location'), after.url).href;
      const put = await curl(scene, '-X', 'PUT', closing(upload, digest));
      assert.equal(put.status, 201, put.trace);
      const got = await curl(scene, `${after.url}/v2/curl/resumed/blobs/${digest}`);
      assert.ok(readFileSync(got.bodyPath).equals(big));
    });
  },
);
