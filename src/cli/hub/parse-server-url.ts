import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';

/**
 * The address of a registry as people type it: `registry.example`, `localhost:5000`, or a whole URL. Without a scheme it
 * is https, at this machine http, as docker has it. Throws `CliError` usage.
 */
export function parseServerUrl(text: string): string {
  const hasScheme = text.includes('://');
  const url = URL.parse(hasScheme ? text : `https://${text}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new CliError(
      'usage',
      `${printable(text)} is no address of a registry. Write it as https://registry.example or localhost:5000`,
    );
  }
  if (!hasScheme && isLoopback(url)) url.protocol = 'http:';
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether what is sent there can be read on the way. */
export function isInTheClear(server: string): boolean {
  const url = new URL(server);
  return url.protocol === 'http:' && !isLoopback(url);
}

/** As docker has it in its image names: `registry.example:5000`. */
export function hostOf(server: string): string {
  return new URL(server).host;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
