/** Small requests: manifests by tag and digest, HEAD of manifest and blob, on 1 and 64 connections. */

import { MANIFEST_TYPE } from '../load/image.ts';
import { runWrk } from '../load/wrk.ts';
import type { Measure, Scenario, Turn } from '../measure/types.ts';
import type { Server } from '../peers/start-server.ts';
import { jobLoad, operationsPerSecond, wrkLoad } from './loads.ts';
import { prepareImage, REPOSITORY } from './prepare-image.ts';

type RequestKind = 'get-tag' | 'get-digest' | 'head' | 'blob-head';

const titles: Readonly<Record<RequestKind, string>> = {
  'get-tag': 'Manifest GET by tag',
  'get-digest': 'Manifest GET by digest',
  head: 'Manifest HEAD by tag',
  'blob-head': 'Blob HEAD',
};
const kinds = Object.keys(titles) as RequestKind[];
const connectionCounts = [1, 64];
/** For each path; wrk knows only whole seconds. */
const WARM_UP_MS = 1_000;

export const manifest: Scenario = {
  name: 'manifest',
  title: 'Small requests',
  how: 'One image of 6 layers. GET with wrk (one thread), HEAD with the own generator, because wrk 4.1 waits for the body that HEAD does not have. Connections stay open. Each path is warmed up first, for everyone.',
  budgetSeconds: 200,
  baselines: ['nginx'],
  measures: kinds.flatMap((kind) => connectionCounts.map((connections) => measureOf(kind, connections))),
  async run(turn) {
    const server = await turn.start();
    const headers = { Accept: MANIFEST_TYPE };
    const paths = await pathsFor(turn, server);
    // A server that has just started has compiled, cached and allocated nothing yet: none is measured like that.
    for (const path of [paths['get-tag'], paths['get-digest']]) {
      await runWrk({ url: server.url + path, connections: 8, durationMs: WARM_UP_MS, headers });
    }
    for (const kind of kinds) {
      for (const connections of connectionCounts) {
        const url = server.url + paths[kind];
        const durationMs = turn.sizes.requestMs;
        await turn.measure(`${kind}-${connections}`, server, () =>
          kind.startsWith('get')
            ? wrkLoad({ url, connections, durationMs, headers })
            : jobLoad(
                server,
                {
                  kind: 'repeat',
                  url: server.url,
                  method: 'HEAD',
                  paths: [paths[kind]],
                  headers,
                  expect: 200,
                  connections,
                  durationMs,
                },
                operationsPerSecond,
              ),
        );
      }
    }
  },
};

async function pathsFor(turn: Turn, server: Server): Promise<Readonly<Record<RequestKind, string>>> {
  if (turn.contender === 'nginx') {
    return { 'get-tag': '/nothing', 'get-digest': '/nothing', head: '/nothing', 'blob-head': '/nothing' };
  }
  const image = await prepareImage(server);
  const base = `/v2/${REPOSITORY}`;
  return {
    'get-tag': `${base}/manifests/latest`,
    'get-digest': `${base}/manifests/${image.manifest.digest}`,
    head: `${base}/manifests/latest`,
    'blob-head': `${base}/blobs/${image.layers[0]?.digest}`,
  };
}

function measureOf(kind: RequestKind, connections: number): Measure {
  return {
    id: `${kind}-${connections}`,
    title: `${titles[kind]}, ${connections === 1 ? '1 connection' : `${connections} connections`}`,
    unit: 'requests/s',
    better: 'higher',
    work: 'request',
    aims:
      kind === 'blob-head'
        ? [{ over: 'best peer', factor: 5 }]
        : [
            { over: 'best zot', factor: 5 },
            { over: 'registry-2', factor: 20 },
          ],
  };
}
