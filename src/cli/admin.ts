import { Command } from 'commander';
import { isReservedName } from '../access/index.ts';
import { openStorage, putAccountsMark, type Settings, type Storage, tablesOf } from '../app/index.ts';
import { type AuditTables, createAuditLog } from '../audit/index.ts';
import { DbError } from '../db/index.ts';
import {
  countAdministrators,
  createAdministrator,
  findUser,
  type IdentityTables,
  importHtpasswdUsers,
  listUsers,
  recoverUser,
} from '../identity/index.ts';
import { printable, silentLogger } from '../kernel/index.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { createTable } from './create-table.ts';
import { jsonLine } from './json-line.ts';
import { readPassword } from './read-password.ts';
import { assertDatabaseExists, requireRoot } from './registry-root.ts';
import { addStorageOptions, loadSettings, type StorageOptions } from './storage-options.ts';

const PAGE = 500;
const passwordHelp = 'The password is asked for, or read from standard input when that is no terminal.';

/** Works on the data root without a server: for the first administrator and for whoever is locked out. */
export function adminCommand(context: CommandContext): Command {
  return new Command('admin')
    .description('users and passwords on the data root, without a running server')
    .addCommand(createCommand(context))
    .addCommand(passwdCommand(context))
    .addCommand(listCommand(context))
    .addCommand(importCommand(context))
    .addHelpText(
      'after',
      `
Examples:
  lading admin create alice                        the first administrator
  lading admin passwd alice                        whoever is locked out
  lading admin import-htpasswd ./htpasswd
While a server runs on the root: lading user create, lading user password-link`,
    );
}

function createCommand(context: CommandContext): Command {
  const command = new Command('create')
    .description('make an administrator; from then on the registry has accounts')
    .argument('<name>', '2 to 39 lower-case letters and digits')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string, options: StorageOptions) => {
      if (isReservedName(name)) {
        throw new CliError('usage', `The name ${name} is reserved. Choose another one, such as your own.`);
      }
      const password = await readPassword(context.input, context.err);
      await using root = await openRoot(context, options);
      await createAdministrator(root, { name, password });
      await putAccountsMark(root.path);
      await context.out.write(`${name} is an administrator. ${howToStart(root.auth, options)}\n`);
    })
    .addHelpText('after', `\n${passwordHelp}\n\nExamples:\n  lading admin create alice`);
  return addStorageOptions(command);
}

function passwdCommand(context: CommandContext): Command {
  const command = new Command('passwd')
    .description('set a password that was lost')
    .argument('<name>', 'whose; logged out everywhere, and no longer disabled')
    .option('--password-stdin', 'read the password from standard input')
    .option('--reset-two-factor', 'take the second factor away too')
    .action(async (name: string, options: StorageOptions & { resetTwoFactor?: true }) => {
      const password = await readPassword(context.input, context.err);
      await using root = await openRoot(context, options);
      if (!(await findUser(root.db.reads, name))) {
        throw new CliError('not-found', `There is no user ${printable(name)}. lading admin list shows all.`);
      }
      const resetsTwoFactor = options.resetTwoFactor === true;
      await recoverUser(root, { name, password, resetsTwoFactor });
      await context.out.write(`${name} can log in with the new password.\n`);
    })
    .addHelpText('after', `\n${passwordHelp}\n\nExamples:\n  lading admin passwd alice --reset-two-factor`);
  return addStorageOptions(command);
}

function listCommand(context: CommandContext): Command {
  const command = new Command('list')
    .description('list users; a server may be running')
    .option('--json', 'one JSON object a line')
    .action(async (options: StorageOptions & { json?: true }) => {
      const { storage } = await loadSettings(options, context);
      await assertDatabaseExists(requireRoot(storage));
      const { clock } = context;
      await using opened = await openStorage({ storage, exclusive: false, clock, log: silentLogger });
      const { reads } = tablesOf<IdentityTables>(opened.db);
      const table = createTable(context.out, [
        { title: 'NAME' },
        { title: 'ADMINISTRATOR' },
        { title: 'STATE' },
      ]);
      for (let after: string | undefined; ; ) {
        const users = await listUsers(reads, { after, limit: PAGE });
        after = users.at(-1)?.name;
        if (options.json) {
          for (const { name, isAdministrator, isDisabled, hasTwoFactor } of users) {
            const shown = {
              name,
              is_administrator: isAdministrator,
              disabled: isDisabled,
              two_factor: hasTwoFactor,
            };
            if (!(await context.out.write(jsonLine(shown)))) return;
          }
        } else {
          const rows = users.map(({ name, isAdministrator, isDisabled }) => [
            name,
            isAdministrator ? 'yes' : '',
            isDisabled ? 'disabled' : '',
          ]);
          if (!(await table.write(rows))) return;
        }
        if (users.length < PAGE) return;
      }
    });
  return addStorageOptions(command);
}

function importCommand(context: CommandContext): Command {
  const command = new Command('import-htpasswd')
    .description('make a user of each user of a password file; they log in with the same passwords')
    .argument('<file>', 'of bcrypt hashes, as htpasswd -B and lading htpasswd write it')
    .action(async (file: string, options: StorageOptions) => {
      await using root = await openRoot(context, options);
      const { imported, skipped } = await importHtpasswdUsers({ ...root, isReservedName }, file);
      for (const { name, reason } of skipped) {
        await context.err.write(`${printable(name)} was left out: ${printable(reason)}\n`);
      }
      await context.out.write(`${imported.length} of ${imported.length + skipped.length} users imported.\n`);
      if ((await countAdministrators(root.db.reads)) === 0) {
        await context.err.write(
          'There is no administrator, and so there are no accounts yet: nobody has to log in as long as that is so. Make one: lading admin create NAME\n',
        );
      }
      if (skipped.length > 0) throw new CliError('partly-failed', 'Some users were left out; see above.');
    });
  return addStorageOptions(command);
}

/** For this process alone: what a running server remembers of users would not be true any more. */
async function openRoot(context: CommandContext, options: StorageOptions) {
  const { clock } = context;
  const { storage, auth } = await loadSettings(options, context);
  const path = requireRoot(storage);
  await using opened = new AsyncDisposableStack();
  const { db } = opened.use(
    await openStorage({ storage, exclusive: true, clock, log: silentLogger }).catch(explainInUse),
  );
  const audit = opened.use(createAuditLog({ db: tablesOf<AuditTables>(db), clock, log: silentLogger }));
  const running = opened.move();
  return {
    db: tablesOf<IdentityTables>(db),
    path,
    auth: auth.kind,
    clock,
    audit,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function howToStart(auth: Settings['auth']['kind'], { root, config }: StorageOptions): string {
  if (auth === 'htpasswd' || auth === 'token') {
    return `There are no accounts as long as the configuration has auth.${auth}: take it out, or set REGISTRY_AUTH=accounts.`;
  }
  const command = ['lading serve', root && `--root ${root}`, config && `--config ${config}`];
  return `Start the registry: ${command.filter(Boolean).join(' ')}`;
}

function explainInUse(error: unknown): Storage {
  if (!(error instanceof DbError) || error.code !== 'root-in-use') throw error;
  throw new CliError(
    'refused',
    'The registry is running on this root. Ask it instead: lading user create, lading user password-link (for the first administrator the set-up link in its log). Or stop it first.',
  );
}
