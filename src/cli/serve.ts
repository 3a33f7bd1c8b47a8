import { Command } from 'commander';
import { loadConfiguration, startApp } from '../app/index.ts';
import { systemClock } from '../kernel/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { CliError } from './cli-error.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a registry until SIGTERM or Ctrl-C')
    .option('--root <dir>', 'where everything is kept (default: ./data)')
    .option('--addr <host:port>', 'where to listen (default: 127.0.0.1:5000; :5000 is every address)')
    .option('--config <file>', "registry:2's or registry:3's YAML configuration file")
    .addHelpText(
      'after',
      `
Settings come from the options, else REGISTRY_* variables, else the file: those of registry:2 and registry:3
(docs/CONFIGURATION.md). \`lading config\` shows what is in effect and where each value came from.

Examples:
  lading serve
  lading serve --root /var/lib/registry --addr :5000      take over the volume of a registry:2
  LADING_ADMIN_NAME=ann LADING_ADMIN_PASSWORD_FILE=./password lading serve      with accounts; ann is the administrator
  REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_PATH=./htpasswd REGISTRY_AUTH_HTPASSWD_REALM=Lading lading serve`,
    )
    .action(serve);
}

const SAME_SIGNAL_MS = 1_000;

async function serve(options: { root?: string; addr?: string; config?: string }): Promise<void> {
  const { settings, warnings } = await loadConfiguration({
    file: options.config,
    env: process.env,
    flags: { root: options.root, addr: options.addr },
  });
  const log = createLogger({
    level: settings.log.level,
    formatter: settings.log.formatter ?? (process.stderr.isTTY ? 'text' : 'json'),
    fields: settings.log.fields,
    output: process.stderr,
  });
  for (const warning of warnings) log.warn({}, warning);

  // Asked for before the start: adopting a volume may take minutes, and must end when it is told to.
  const stop = new AbortController();
  let firstSignalAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      // A supervisor that signals process and group sends the same signal twice at once.
      if (systemClock.now() - firstSignalAt < SAME_SIGNAL_MS) return;
      log.warn({ signal }, 'Stopping at once: requests in flight are cut.');
      process.exit(1);
    }
    firstSignalAt = systemClock.now();
    log.info({ signal }, 'Stopping: requests in flight may finish. Again to stop at once.');
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  const firstAdministrator = readFirstAdministrator(process.env);
  const app = await startApp({ settings, clock: systemClock, log, signal: stop.signal, firstAdministrator });
  if (!app) return;
  if (!stop.signal.aborted) {
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
  }
  await app.close();
  log.info({}, 'Stopped.');
}

/** For containers, where nobody can run a command before the first start. */
function readFirstAdministrator(env: NodeJS.ProcessEnv): { name: string; passwordFile: string } | undefined {
  const { LADING_ADMIN_NAME: name, LADING_ADMIN_PASSWORD_FILE: passwordFile } = env;
  if (!name && !passwordFile) return undefined;
  if (!name || !passwordFile) {
    throw new CliError('usage', 'Set LADING_ADMIN_NAME and LADING_ADMIN_PASSWORD_FILE together, or neither.');
  }
  return { name, passwordFile };
}
