import { resolve } from 'node:path';
import type { Logger } from '../kernel/index.ts';
import type { Settings } from './configuration/index.ts';
import type { AccountsDecision } from './decide-about-accounts.ts';

/** Says where the server listens, where its data is, who may push, and how to change each. */
export function introduce(server: {
  url: string;
  address: string;
  settings: Settings;
  accounts: AccountsDecision;
  log: Logger;
}): void {
  const { url, address, settings, accounts, log } = server;
  const { storage, auth } = settings;
  log.info({ url }, `Lading listens on ${url}. Another address: --addr HOST:PORT`);
  if (storage.kind === 'inmemory') {
    log.warn({}, 'Everything is kept in memory and gone when the server stops. To keep it: --root DIR');
  } else {
    const root = resolve(storage.root);
    log.info({ root }, `Data is in ${root}. Another folder: --root DIR`);
  }
  const may = permissions(settings);
  if (accounts.isOn) {
    const seen = seenByBrowsers(url, settings);
    const api = `${seen}api/v1/docs`;
    log.info({ api }, `Accounts and roles say who may what. The API: ${api}`);
    if (accounts.setupSecret !== undefined) introduceSetup(`${seen}setup#${accounts.setupSecret}`, log);
  } else if (auth.kind === 'htpasswd') {
    const howTo = `Add one: lading htpasswd ${auth.path} USER`;
    log.info({ htpasswd: auth.path }, `Users in ${auth.path} may ${may}. ${howTo}`);
  } else if (auth.kind === 'token') {
    const server = auth.realm ?? `${auth.redirectPath} of the host that they ask`;
    log.info(
      { realm: auth.realm },
      `Clients get tokens from ${server}. Who has one may ${may}, as far as it says`,
    );
  } else if (auth.kind === 'none') {
    const howTo =
      'To ask for a login: lading admin create NAME makes accounts; or lading htpasswd FILE USER, then REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_PATH=FILE REGISTRY_AUTH_HTPASSWD_REALM=Lading';
    if (isLoopback(address)) log.info({}, `Anybody on this machine may ${may}. ${howTo}`);
    else {
      log.warn(
        {},
        `OPEN REGISTRY: anybody who reaches ${url} may ${may} without a login. ${howTo}. To listen on this machine only: --addr 127.0.0.1:${new URL(url).port}`,
      );
    }
  }
  const hasLogins = accounts.isOn || auth.kind !== 'none';
  if (hasLogins && !settings.http.tls && !isLoopback(address)) {
    log.warn(
      {},
      'Passwords or tokens cross the network unencrypted. Set REGISTRY_HTTP_TLS_CERTIFICATE and REGISTRY_HTTP_TLS_KEY, unless a proxy in front does TLS.',
    );
  }
}

/** Good for one use and until the next start; whoever reads this log runs the server. */
function introduceSetup(link: string, log: Logger): void {
  const howTo = `Make one in a browser, at this address, good once and until the next start: ${link}`;
  log.warn(
    { link },
    `There is no administrator yet. ${howTo} Without a browser: stop the server, then lading admin create NAME`,
  );
}

/** Ends with `/`. Nobody can open `http://[::]:5000`, which stands for every address of this machine. */
function seenByBrowsers(url: string, { http }: Settings): string {
  const own = url.replace(/\/\/(?:\[::\]|0\.0\.0\.0):/, '//localhost:');
  return (http.externalUrl ?? own) + http.prefix;
}

function permissions({ readOnly, deleteEnabled }: Settings): string {
  if (readOnly) return 'pull (the registry is read-only)';
  return deleteEnabled ? 'push, pull and delete' : 'push and pull';
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
