import { Command } from 'commander';
import { removeHtpasswdUser, setHtpasswdUser } from '../identity/index.ts';
import { printable } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { readPassword } from './read-password.ts';

export function htpasswdCommand(context: CommandContext): Command {
  return new Command('htpasswd')
    .description('add a user to a password file, change a password, or remove a user')
    .argument('<file>', 'made if it is not there; a running server notices the change')
    .argument('<user>', 'whose password to set')
    .option('--remove', 'remove the user')
    .action((file: string, user: string, options: { remove?: true }) =>
      options.remove ? remove(context, file, user) : set(context, file, user),
    )
    .addHelpText(
      'after',
      `
The password is asked for, or read from standard input when that is no terminal.

Examples:
  lading htpasswd ./htpasswd alice
  pass show registry/alice | lading htpasswd ./htpasswd alice
  lading htpasswd ./htpasswd alice --remove
  REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_PATH=./htpasswd REGISTRY_AUTH_HTPASSWD_REALM=Lading lading serve`,
    );
}

async function set({ out, err, input }: CommandContext, path: string, user: string): Promise<void> {
  const password = await readPassword(input, err);
  await setHtpasswdUser({ path, user, password });
  await out.write(`${printable(user)} can log in with the new password: ${printable(path)}\n`);
}

async function remove({ out }: CommandContext, path: string, user: string): Promise<void> {
  if (!(await removeHtpasswdUser({ path, user }))) {
    throw new CliError('not-found', `There is no user ${printable(user)} in ${printable(path)}.`);
  }
  await out.write(`Removed ${printable(user)} from ${printable(path)}.\n`);
}
