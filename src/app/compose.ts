import { createBasicGuard, createOpenGuard, openExternalTokenGuard } from '../access/index.ts';
import { createRouter, type Guard, loadTlsContext, type RequestRecord } from '../http/index.ts';
import { openHtpasswdFile } from '../identity/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import { adoptVolume } from './adopt-volume.ts';
import { composeParts } from './compose-parts.ts';
import type { Settings } from './configuration/index.ts';
import { startDebugServer } from './debug-server.ts';
import { decideAboutAccounts, type FirstAdministrator } from './decide-about-accounts.ts';
import { followFacts } from './follow-facts.ts';
import { createReadiness, healthRoutes } from './health.ts';
import { introduce } from './introduce.ts';
import { startServer } from './server.ts';
import { openStorage } from './storage.ts';
import { startUploadExpiry } from './upload-expiry.ts';

export interface App {
  /** Where it listens: `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Stops accepting, lets requests in flight end (configuration `http.draintimeout`), then closes everything. */
  close(): Promise<void>;
}

/**
 * The only place that picks the parts and puts them together. Listens when it resolves; undefined when `signal`
 * stopped it before that. Parts are closed in the opposite order: the listener first, the lock on the root last.
 */
export async function startApp(options: {
  settings: Settings;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Made if there is none yet; turns accounts on. */
  firstAdministrator?: FirstAdministrator | undefined;
}): Promise<App | undefined> {
  const { settings, clock, log, signal, firstAdministrator } = options;
  const { http } = settings;
  await using started = new AsyncDisposableStack();
  let draining = false;
  const isDraining = () => draining;

  // Before the storage: a file that is missing should not leave a new folder behind, nor be found after an adoption.
  const fileGuard = await openFileGuard(settings.auth, { clock, log });
  const tls = http.tls && (await loadTlsContext({ settings: http.tls, clock, log }));
  const storage = started.use(await openStorage({ storage: settings.storage, exclusive: true, clock, log }));
  const { blobs, db } = storage;
  if (!(await adoptVolume({ storage, clock, log, signal }))) return undefined;
  const trail = started.use(followFacts(storage, log));

  const onTreeChange = () => trail.poke();
  const accounts = await decideAboutAccounts({ storage, settings, firstAdministrator, clock, log });
  const guard = accounts.isOn ? undefined : (fileGuard ?? createOpenGuard());
  const parts = started.use(await composeParts({ storage, settings, guard, onTreeChange, clock, log }));
  const { isActive } = parts.uploads;
  const expiry = startUploadExpiry({ blobs, isActive, settings: settings.uploadExpiry, clock, log });
  started.defer(() => expiry.close());

  const metrics = createMetrics();
  metrics.addGauge({
    name: 'lading_tree_changes_pending',
    help: 'Changes that the link files on disk have not followed yet.',
    read: () => trail.lag(),
  });
  // A transaction that changes nothing: it waits for its turn and for a sync of the log, as every push does.
  const tryDatabase = () =>
    db.transaction((trx) => trx.selectFrom('registry_state').select('key').limit(1).execute());
  const health = settings.health.storageDriver;
  const readiness = createReadiness({ blobs, tryDatabase, settings: health, isDraining, clock, log });
  if (http.debug) {
    started.use(await startDebugServer({ settings: http.debug, metrics, readiness, clock, log }));
  }
  const onFinished = (record: RequestRecord) => {
    metrics.observeRequest(record);
    if (!settings.log.accessLogDisabled) log.info(record, 'request');
  };
  const router = createRouter([...parts.routes, ...healthRoutes(readiness)]);
  const server = await startServer({
    http,
    tls,
    router,
    guard: parts.guard,
    clock,
    log,
    onFinished,
    isDraining,
  });
  started.use(server);
  introduce({ url: server.url, address: server.address, settings, accounts, log });

  const running = started.move();
  return {
    url: server.url,
    async close() {
      draining = true;
      await running.disposeAsync();
    },
  };
}

/** Undefined where no file says who may. */
async function openFileGuard(
  auth: Settings['auth'],
  context: { clock: Clock; log: Logger },
): Promise<Guard | undefined> {
  switch (auth.kind) {
    case 'none':
    case 'accounts':
      return undefined;
    case 'htpasswd': {
      const verifier = await openHtpasswdFile({ path: auth.path, ...context });
      return createBasicGuard({ verifier, realm: auth.realm });
    }
    case 'token':
      return openExternalTokenGuard({ settings: auth, clock: context.clock });
  }
}
