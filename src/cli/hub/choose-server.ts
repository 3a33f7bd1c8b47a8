import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { createCredentialStore } from './credential-store.ts';
import { parseServerUrl } from './parse-server-url.ts';

export interface ChosenServer {
  readonly url: string;
  /** Undefined: asked as nobody, which an open registry takes. */
  readonly token: string | undefined;
  /** The token is `LADING_TOKEN`, which wins over every login. */
  readonly isFromEnvironment?: boolean;
}

/**
 * Whom a command asks: `--server`, else `LADING_SERVER`, else the server of the last login; with `LADING_TOKEN`, else
 * what the login there has kept. Throws `CliError` usage when nothing says whom.
 */
export async function chooseServer(
  context: Pick<CommandContext, 'env'>,
  option: string | undefined,
): Promise<ChosenServer> {
  const { LADING_SERVER: fromEnv, LADING_TOKEN: envToken } = context.env;
  const { current, servers } = await createCredentialStore(context).read();
  const said = option || fromEnv || current;
  if (!said) {
    throw new CliError(
      'usage',
      'Say which registry: lading login URL, or --server URL, or LADING_SERVER with LADING_TOKEN.',
    );
  }
  const url = parseServerUrl(said);
  // A token that is meant for one server must not be shown to another.
  const isForOther = fromEnv ? parseServerUrl(fromEnv) !== url : false;
  const isFromEnvironment = Boolean(envToken) && !isForOther;
  return { url, token: isFromEnvironment ? envToken : servers[url]?.token, isFromEnvironment };
}
