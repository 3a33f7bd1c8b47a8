import {
  type AnswerOptions,
  answer,
  createClientAddress,
  type Listener,
  type ListenerOptions,
  type LoadedTls,
  listen,
  watchTlsFiles,
} from '../http/index.ts';
import { AppError } from './app-error.ts';
import type { HttpSettings } from './configuration/index.ts';

export interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** The IP address it listens on. */
  readonly address: string;
}

/** How soon a new certificate is used. */
const CERTIFICATE_CHECK_MS = 10_000;

/**
 * Listens as configured and answers from then on. `tls` is what was loaded for `http.tls`. Throws `AppError`.
 */
export async function startServer(
  options: Omit<AnswerOptions, 'clientAddress' | 'headers' | 'prefix' | 'externalUrl'> & {
    http: HttpSettings;
    tls: LoadedTls | undefined;
  },
): Promise<Server> {
  const { http, tls, clock, log } = options;
  await using started = new AsyncDisposableStack();
  const answerOptions: AnswerOptions = {
    ...options,
    headers: http.headers,
    prefix: http.prefix,
    clientAddress: createClientAddress(http.trustedProxies),
    externalUrl: http.relativeUrls ? undefined : http.externalUrl,
  };
  const listener = await listenAt({
    host: http.host,
    port: http.port,
    http2: http.http2Enabled,
    ...(tls && { tls }),
    onRequest: (request, response) => void answer(request, response, answerOptions),
  });
  started.defer(() => listener.close(http.drainTimeoutMs));
  if (http.tls && tls) {
    const onChange = (loaded: LoadedTls) => listener.setCertificate(loaded.context);
    const settings = http.tls;
    started.use(
      watchTlsFiles({ settings, loaded: tls, intervalMs: CERTIFICATE_CHECK_MS, onChange, clock, log }),
    );
  }
  const { address, port } = listener.address;
  const host = address.includes(':') ? `[${address}]` : address;
  const running = started.move();
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    address,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** `listen`, with what the operating system says put into a sentence. */
export async function listenAt(options: ListenerOptions): Promise<Listener> {
  try {
    return await listen(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `${options.host || '*'}:${options.port}`;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Another program listens on ${where}. Stop it, or choose another address: --addr HOST:PORT`,
      EACCES: `This user may not listen on ${where}. Choose a port above 1023: --addr HOST:PORT`,
      EADDRNOTAVAIL: `This machine does not have the address ${where}. Choose one of its own: --addr HOST:PORT`,
    };
    const reason = reasons[code ?? ''] ?? `Cannot listen on ${where}: ${message}. Check --addr HOST:PORT`;
    throw new AppError('cannot-listen', reason, { cause: error });
  }
}
