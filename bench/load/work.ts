/** The jobs themselves. Each prepares, and gives the function that is timed. */

import { type Connection, openConnection, type Request } from './connection.ts';
import { blobOf, type Image, MANIFEST_TYPE, makeImage, randomBytes } from './image.ts';
import type { Job, JobResult, MixedJob, PushBlobsJob, PushImagesJob, RepeatJob } from './job.ts';
import { pushBlob, pushImage } from './push.ts';
import { createStopwatch } from './stopwatch.ts';

export type Work = () => Promise<Pick<JobResult, 'operations' | 'bytes' | 'times' | 'kinds'>>;

export async function prepare(job: Job): Promise<Work> {
  switch (job.kind) {
    case 'repeat':
      return await repeat(job);
    case 'push-blobs':
      return await pushBlobs(job);
    case 'push-images':
      return await pushImages(job);
    case 'mixed':
      return await mixed(job);
  }
}

async function repeat(job: RepeatJob): Promise<Work> {
  const { method, paths, headers, expect, range } = job;
  const connections = await open(job.url, job.connections);
  const requests = paths.map((path): Request => ({ method, path, headers }));
  return async () => {
    const watch = createStopwatch();
    let bytes = 0;
    const end = performance.now() + job.durationMs;
    await each(connections, async (connection, index) => {
      let turn = index;
      do {
        const request = requests[turn++ % requests.length];
        if (!request) throw new Error('no path to ask for');
        const began = performance.now();
        const answer = await connection.send(range ? withRange(request, range) : request);
        watch.add(began);
        if (answer.status !== expect) throw new Error(`${method} ${request.path}: ${answer.status}`);
        bytes += answer.bodyBytes;
      } while (performance.now() < end);
    });
    const times = watch.times();
    return { operations: times.count, bytes, times };
  };
}

function withRange(request: Request, range: NonNullable<RepeatJob['range']>): Request {
  const from = Math.floor(Math.random() * Math.max(1, range.blobBytes - range.rangeBytes));
  const until = Math.min(range.blobBytes, from + range.rangeBytes) - 1;
  return { ...request, headers: { ...request.headers, Range: `bytes=${from}-${until}` } };
}

async function pushBlobs(job: PushBlobsJob): Promise<Work> {
  const connections = await open(job.url, job.connections);
  const blobs = Array.from({ length: job.blobs }, (_, index) =>
    blobOf(randomBytes(`${job.seed}/${index}`, job.sizeBytes)),
  );
  return async () => {
    const watch = createStopwatch();
    const queue = blobs.values();
    await each(connections, async (connection) => {
      for (const blob of queue) {
        const began = performance.now();
        await pushBlob(connection, job.repository, blob);
        watch.add(began);
      }
    });
    return { operations: job.blobs, bytes: job.blobs * job.sizeBytes, times: watch.times() };
  };
}

async function pushImages(job: PushImagesJob): Promise<Work> {
  const connections = await open(job.url, job.clients);
  const images = imagesOf(job);
  return async () => {
    const watch = createStopwatch();
    let bytes = 0;
    const end = performance.now() + job.deadlineMs;
    const queue = images.entries();
    await each(connections, async (connection) => {
      for (const [index, image] of queue) {
        const began = performance.now();
        await pushImage(connection, `${job.prefix}/${index}`, 'latest', image);
        watch.add(began);
        bytes += sizeOf(image);
        if (performance.now() >= end) return;
      }
    });
    const times = watch.times();
    return { operations: times.count, bytes, times };
  };
}

async function mixed(job: MixedJob): Promise<Work> {
  const connections = await open(job.url, job.clients);
  const images = imagesOf(job);
  return async () => {
    const pushShare = 1 - job.pullShare;
    const [pulls, pushes, requests] = [createStopwatch(), createStopwatch(), createStopwatch()];
    let bytes = 0;
    const end = performance.now() + job.durationMs;
    await each(connections, async (connection, client) => {
      for (let turn = client; performance.now() < end; turn++) {
        const began = performance.now();
        // Spread evenly and the same for every contender: no chance in who gets more pushes.
        const isPush = Math.floor((turn + 1) * pushShare) > Math.floor(turn * pushShare);
        if (isPush) {
          const image = makeImage({ ...job, layers: 2, seed: `${job.seed}/push/${client}/${turn}` });
          const started = performance.now();
          await pushImage(timed(connection, requests), `${job.prefix}/pushed-${client}`, `t${turn}`, image);
          bytes += sizeOf(image);
          pushes.add(started);
        } else {
          const number = turn % images.length;
          const image = images[number];
          if (!image) throw new Error('no image to pull');
          bytes += await pull(timed(connection, requests), `${job.prefix}/${number}`, image);
          pulls.add(began);
        }
      }
    });
    const kinds = { pull: pulls.times(), push: pushes.times() };
    return { operations: kinds.pull.count + kinds.push.count, bytes, times: requests.times(), kinds };
  };
}

async function pull(connection: Pick<Connection, 'send'>, repository: string, image: Image): Promise<number> {
  let bytes = 0;
  const get = async (path: string) => {
    const answer = await connection.send({
      method: 'GET',
      path: `/v2/${repository}/${path}`,
      headers: { Accept: MANIFEST_TYPE },
    });
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status}`);
    bytes += answer.bodyBytes;
  };
  await get('manifests/latest');
  for (const { digest } of [image.config, ...image.layers]) await get(`blobs/${digest}`);
  return bytes;
}

function timed(connection: Connection, watch: { add(sinceMs: number): void }): Connection {
  return {
    close: connection.close,
    async send(request) {
      const began = performance.now();
      const answer = await connection.send(request);
      watch.add(began);
      return answer;
    },
  };
}

function imagesOf(job: PushImagesJob | MixedJob): Image[] {
  const { layers, minBytes, maxBytes } = job;
  return Array.from({ length: job.images }, (_, index) =>
    makeImage({ seed: `${job.seed}/${index}`, layers, minBytes, maxBytes }),
  );
}

const sizeOf = (image: Image) =>
  [...image.layers, image.config, image.manifest].reduce((sum, { bytes }) => sum + bytes.length, 0);

function open(url: string, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => openConnection(url)));
}

async function each(
  connections: readonly Connection[],
  act: (connection: Connection, index: number) => Promise<void>,
): Promise<void> {
  try {
    await Promise.all(connections.map(act));
  } finally {
    for (const connection of connections) connection.close();
  }
}
