import { Command } from 'commander';
import { ApiError, createApiClient, deleteAccessToken, getMe } from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { createPrompt, type Prompt } from '../create-prompt.ts';
import { readPiped } from '../read-password.ts';
import { createCredentialStore, type SavedLogin } from './credential-store.ts';
import { explainRefusal } from './explain-refusal.ts';
import { makeToken } from './make-token.ts';
import { isInTheClear, parseServerUrl } from './parse-server-url.ts';

interface LoginOptions {
  readonly user?: string;
  readonly passwordStdin?: true;
}

export function loginCommand(context: CommandContext): Command {
  return new Command('login')
    .description('log in to a running registry, for the commands that ask one')
    .argument('<url>', 'such as https://registry.example or localhost:5000')
    .option('-u, --user <name>', 'who you are there')
    .option('--password-stdin', 'read the password, or a token of yours, from standard input')
    .action((url: string, options: LoginOptions) => login(context, parseServerUrl(url), options))
    .addHelpText(
      'after',
      `
Asks for the password, and for the code of the second factor where there is one. Neither is kept: the login makes an
access token named after this machine, in $XDG_CONFIG_HOME/lading/credentials.json (else ~/.config), which lading logout
revokes. Who signs in elsewhere and has no password gives a token in its place. This does not log docker in: that does
docker login, with the same password, or better with a token of its own (lading token create).

Examples:
  lading login localhost:5000 -u alice
  pass show registry/alice | lading login https://registry.example -u alice --password-stdin

Scripts need no login: LADING_SERVER=https://registry.example LADING_TOKEN=… lading repo list --json`,
    );
}

async function login(context: CommandContext, server: string, options: LoginOptions): Promise<void> {
  const { out, err } = context;
  const store = createCredentialStore(context);
  // Read before the password is asked for: a file that is damaged should not cost one.
  const { servers } = await store.read();
  if (isInTheClear(server)) {
    const text = 'This connection is not encrypted: who is on the way can read the password. Better: https';
    await err.write(`${err.style('yellow', 'warning:')} ${text}\n`);
  }
  const saved = await obtain(context, server, options).catch((error) => {
    throw explainFailure(error, server);
  });
  const before = servers[server];
  await store.write({ current: server, servers: { ...servers, [server]: saved } });
  // The one that it takes the place of. It may be gone already.
  if (before) await revoke(server, before).catch(() => {});
  await out.write(`Logged in to ${server} as ${printable(saved.name)}.\n`);
}

async function obtain(
  { input, err }: CommandContext,
  server: string,
  { user, passwordStdin }: LoginOptions,
): Promise<SavedLogin> {
  using prompt = input.isTTY && !passwordStdin ? createPrompt(input, err) : undefined;
  const piped = prompt ? undefined : await readPiped(input);
  if (piped?.startsWith('lading_')) return checkToken(server, piped);
  const name = user ?? (await askName(prompt));
  const password = piped ?? (await askPassword(prompt, name));
  if (password.startsWith('lading_')) return checkToken(server, password);
  const { id, secret } = await makeToken({ server, name, password, askCode: () => askCode(prompt) });
  const { name: realName } = await createApiClient({ url: server, authorization: `Bearer ${secret}` }).call(
    getMe,
    {},
  );
  return { name: realName, token: secret, token_id: id };
}

/** A token that the user brought: kept as it is, and not ours to revoke. */
async function checkToken(server: string, token: string): Promise<SavedLogin> {
  const api = createApiClient({ url: server, authorization: `Bearer ${token}` });
  return { name: (await api.call(getMe, {})).name, token };
}

async function askName(prompt: Prompt | undefined): Promise<string> {
  const name = await prompt?.ask('User name: ');
  if (name) return name;
  throw new CliError('usage', 'Say who you are: -u NAME');
}

async function askPassword(prompt: Prompt | undefined, name: string): Promise<string> {
  const password = await prompt?.askHidden(`Password of ${printable(name)}: `);
  if (password) return password;
  throw new CliError('usage', 'No password was given. Nothing was changed.');
}

async function askCode(prompt: Prompt | undefined): Promise<string> {
  if (prompt) return prompt.ask('Code of your authenticator, or a recovery code: ');
  throw new CliError(
    'usage',
    'The password is right, and there is a second factor. Run this in a terminal, or give an access token in place of the password.',
  );
}

function explainFailure(error: unknown, server: string): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.status === 404) {
    const text = `${server} has no accounts: nobody has to log in there, or docker login is all there is. To have them: lading admin create NAME`;
    return new CliError('refused', text, { cause: error });
  }
  // What to do about it is to run this command again, which needs no saying.
  if (error.code === 'unauthorized') {
    return new CliError('refused', printable(error.message), { cause: error });
  }
  return explainRefusal(error, { url: server, token: undefined });
}

export function logoutCommand(context: CommandContext): Command {
  return new Command('logout')
    .description('forget the login, and revoke the token that it made')
    .argument('[url]', 'where (default: the last login)')
    .action((url: string | undefined) => logout(context, url))
    .addHelpText('after', '\nExamples:\n  lading logout\n  lading logout https://registry.example');
}

async function logout(context: CommandContext, url: string | undefined): Promise<void> {
  const store = createCredentialStore(context);
  const { current, servers } = await store.read();
  const server = url === undefined ? current : parseServerUrl(url);
  const saved = server === undefined ? undefined : servers[server];
  if (server === undefined || saved === undefined) {
    throw new CliError(
      'not-found',
      server === undefined ? 'You are not logged in.' : `You are not logged in to ${server}.`,
    );
  }
  const { [server]: _, ...others } = servers;
  const [next] = Object.keys(others);
  // Forgotten in any case: a server that is gone must not keep it here.
  const failure = await revoke(server, saved).catch((error: unknown) => error);
  await store.write({
    ...(next !== undefined && { current: current === server ? next : current }),
    servers: others,
  });
  if (failure instanceof ApiError && failure.code !== 'unauthorized' && failure.code !== 'not-found') {
    throw new CliError(
      'partly-failed',
      `Forgotten here, but the token could not be revoked there: ${printable(failure.message)} Later: lading token list shows it, as "lading on" this machine.`,
      { cause: failure },
    );
  }
  if (failure !== undefined && !(failure instanceof ApiError)) throw failure;
  const now = next === undefined || current !== server ? '' : ` Commands now ask ${next}.`;
  await context.out.write(`Logged out of ${server}.${now}\n`);
}

/** Throws `ApiError`. Does nothing about a token that the user brought. */
async function revoke(server: string, { name, token, token_id }: SavedLogin): Promise<void> {
  if (token_id === undefined) return;
  const api = createApiClient({ url: server, authorization: `Bearer ${token}` });
  await api.call(deleteAccessToken, { params: { name, id: token_id } });
}
