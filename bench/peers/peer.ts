/** How a server is started. One file here per program, with the configuration it is measured in and why. */

export interface LaunchOptions {
  /** Its data; exists. */
  readonly root: string;
  /** For configuration files and logs; exists. */
  readonly dir: string;
  readonly port: number;
  /** Another free port, for metrics. */
  readonly spare: number;
  readonly auth?: { readonly htpasswdFile: string };
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
}

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it tells its metrics. */
  readonly metricsUrl?: string;
}

export interface Peer {
  readonly title: string;
  /** One sentence: what is set, and why. */
  readonly configuration: string;
  /** The program, to say what is missing and to size it. */
  readonly program: string;
  version(): Promise<string>;
  launch(options: LaunchOptions): Launch;
}
