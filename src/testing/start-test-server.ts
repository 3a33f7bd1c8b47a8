import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../app/migrations.ts';
import { type BlobStore, createFilesystemBlobStore, createMemoryBlobStore } from '../blob/index.ts';
import { type Database, openSqlite } from '../db/index.ts';
import {
  createDistribution,
  type DistributionSettings,
  type DistributionTables,
} from '../distribution/index.ts';
import {
  type AnswerOptions,
  answer,
  createRouter,
  type Guard,
  listen,
  type RequestRecord,
  type RouteRecord,
} from '../http/index.ts';
import { createCapturingLogger, type LogEntry } from './capturing-logger.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Holds the server's root and nothing else: whatever appears beside it was written where it must not be. */
  readonly parent: string;
  readonly root: string;
  readonly db: Database<DistributionTables>;
  readonly blobs: BlobStore;
  readonly clock: FakeClock;
  readonly log: { readonly entries: readonly LogEntry[] };
  /** Of requests that are over, in the order of their ends. */
  readonly records: readonly RequestRecord[];
  /** The first record that fits, perhaps one yet to come. */
  waitForRecord(fits: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  /** Resolves when every request that has reached the server is over. */
  idle(): Promise<void>;
  /** Stops and starts again over the same files, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestServerOptions extends Partial<DistributionSettings> {
  /** `memory` spares the disk where a test is not about it. */
  readonly store?: 'filesystem' | 'memory';
  readonly guard?: Guard;
  readonly routes?: readonly RouteRecord[];
  readonly answer?: Partial<Pick<AnswerOptions, 'headers' | 'prefix' | 'externalUrl'>>;
  /** What lies between the API and the bytes: for faults. */
  readonly wrapBlobs?: (blobs: BlobStore) => BlobStore;
}

const openGuard: Guard = { admit: async () => ({ actor: undefined, may: async () => true }) };

/** The registry on 127.0.0.1 over real HTTP, SQLite and files of its own, which go with it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const parent = await mkdtemp(join(tmpdir(), 'lading-test-'));
  const root = join(parent, 'root');
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const records: RequestRecord[] = [];
  let begun = 0;
  const watchers = new Set<(record: RequestRecord) => void>();

  const onFinished = (record: RequestRecord) => {
    records.push(record);
    for (const watcher of watchers) watcher(record);
  };

  async function run(port: number) {
    const stored =
      options.store === 'memory'
        ? createMemoryBlobStore({ clock })
        : await createFilesystemBlobStore({ root, clock, log });
    const blobs = options.wrapBlobs?.(stored) ?? stored;
    const file = join(root, 'lading', 'lading.db');
    const db = await openSqlite<DistributionTables>({ file, migrations });
    const { routes } = createDistribution(
      { blobs, db, clock, log, onTreeChange: () => {} },
      { deleteEnabled: true, readOnly: false, catalogMaxEntries: 1000, sparseManifests: false, ...options },
    );
    const answerOptions: AnswerOptions = {
      router: createRouter([...routes, ...(options.routes ?? [])]),
      guard: options.guard ?? openGuard,
      clock,
      log,
      headers: {},
      prefix: '/',
      externalUrl: undefined,
      ...options.answer,
      onFinished,
      isDraining: () => false,
    };
    const listener = await listen({
      host: '127.0.0.1',
      port,
      http2: false,
      onRequest: (request, response) => {
        begun += 1;
        void answer(request, response, answerOptions);
      },
    });
    const stop = async () => {
      await listener.close(0);
      await blobs.close();
      await db.close();
    };
    return { blobs, db, port: listener.address.port, stop };
  }

  const nextRecord = (fits: (record: RequestRecord) => boolean) =>
    new Promise<RequestRecord>((resolve) => {
      const watcher = (record: RequestRecord) => {
        if (!fits(record)) return;
        watchers.delete(watcher);
        resolve(record);
      };
      watchers.add(watcher);
    });
  const waitForRecord = async (fits: (record: RequestRecord) => boolean) =>
    records.find(fits) ?? (await nextRecord(fits));

  let running = await run(0);
  const close = async () => {
    await running.stop();
    await rm(parent, { recursive: true, force: true });
  };
  return {
    parent,
    root,
    clock,
    log,
    records,
    get port() {
      return running.port;
    },
    get db() {
      return running.db;
    },
    get blobs() {
      return running.blobs;
    },
    waitForRecord,
    async idle() {
      if (records.length < begun) await nextRecord(() => records.length >= begun);
    },
    async restart() {
      await running.stop();
      running = await run(running.port);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
