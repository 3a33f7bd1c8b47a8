import type { Clock, Logger } from '../kernel/index.ts';
import { type LoadedTls, type TlsSettings, tlsContextOf } from './tls-context.ts';
import { readTlsFiles, sameTlsFiles } from './tls-files.ts';

export interface TlsWatch extends AsyncDisposable {
  /** Looks now. Never throws. */
  check(): Promise<void>;
}

/**
 * Calls `onChange` when the files hold something new that TLS can be served with. They are read and compared every
 * `intervalMs`: that sees every way of replacing them (Kubernetes swaps a symbolic link of a directory), needs no
 * notice from the kernel, and cannot miss a change. Until certificate and key fit each other again the old pair stays
 * in use; an error is logged once.
 */
export function watchTlsFiles(options: {
  readonly settings: TlsSettings;
  readonly loaded: LoadedTls;
  readonly intervalMs: number;
  readonly onChange: (loaded: LoadedTls) => void;
  readonly clock: Clock;
  readonly log: Logger;
}): TlsWatch {
  const { settings, log, onChange } = options;
  let current = options.loaded;
  let loggedFailure: string | undefined;
  let checking: Promise<void> | undefined;
  const timer = setInterval(check, options.intervalMs).unref();

  return {
    check,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await checking;
    },
  };

  function check(): Promise<void> {
    checking ??= look().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function look(): Promise<void> {
    try {
      const files = await readTlsFiles(settings);
      if (!sameTlsFiles(files, current.files)) {
        const next = tlsContextOf({ ...options, files });
        onChange(next);
        current = next;
        log.info({ file: settings.certificate }, 'new connections use the new TLS certificate');
      }
      loggedFailure = undefined;
    } catch (error) {
      const failure = (error as Error).message;
      if (failure === loggedFailure) return;
      loggedFailure = failure;
      log.error({ err: error }, 'TLS files cannot be used; the old certificate stays in use');
    }
  }
}
