import { once } from 'node:events';
import { Command } from 'commander';
import { loadConfiguration, startApp } from '../app/index.ts';
import { systemClock } from '../kernel/index.ts';
import { createLogger } from '../telemetry/index.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve a registry until SIGTERM or Ctrl-C.')
    .option('--root <dir>', 'where everything is kept (default: ./data)')
    .option('--addr <host:port>', 'where to listen (default: 127.0.0.1:5000; :5000 is every address)')
    .option('--config <file>', "registry:2's or registry:3's YAML configuration file")
    .action(serve);
}

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
  const app = await startApp({ settings, clock: systemClock, log });
  log.info({ url: app.url }, `Lading listens on ${app.url}`);
  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal: signal[0] }, 'stopping');
  await app.close();
}
