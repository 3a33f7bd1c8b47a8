import type { z } from 'zod';
import {
  createPasswordLink,
  createUser,
  deleteUser,
  getUser,
  listUsers,
  updateUser,
  type userSchema,
} from '../../api/index.ts';
import { CliError } from '../cli-error.ts';
import { readPassword } from '../read-password.ts';
import { apiCommand, commandGroup, type Running } from './api-command.ts';
import { age, type Columns, minute } from './columns.ts';

type User = z.output<typeof userSchema>;

const columns: Columns<User> = {
  NAME: (user) => user.name,
  'E-MAIL': (user) => user.email,
  ROLE: (user) => (user.is_administrator ? 'administrator' : undefined),
  STATE: (user) => (user.disabled ? 'disabled' : undefined),
  SEEN: (user, now) => age(user.last_seen_at, now) ?? 'never',
};

const details: Columns<User> = {
  Name: (user) => user.name,
  'Called by': (user) => user.display_name,
  'E-mail': (user) => user.email,
  Administrator: (user) => user.is_administrator,
  Disabled: (user) => user.disabled,
  Password: (user) => user.has_password,
  'Second factor': (user) => user.two_factor,
  Made: (user) => minute(user.created_at),
  'Last seen': (user, now) => age(user.last_seen_at, now) ?? 'never',
};

const list = apiCommand({
  name: 'list',
  description: 'all users (administrators)',
  options: { search: { value: 'start', help: 'only names that begin so' } },
  run: ({ api, list }, _args, { search }) =>
    list((cursor) => api.call(listUsers, { query: { cursor, search } }), {
      columns,
      empty: 'There are no such users.',
    }),
});

const show = apiCommand({
  name: 'show',
  description: 'one user',
  arguments: { name: 'whom' },
  run: async ({ api, show }, { name }) => show(await api.call(getUser, { params: { name } }), details),
});

const create = apiCommand({
  name: 'create',
  description: 'make a user; prints a link, good once, with which the user sets a password',
  arguments: { name: '2 to 39 lower-case letters and digits, with single ".", "_" or "-" between them' },
  options: {
    email: { value: 'address', help: 'e-mail address' },
    displayName: { value: 'text', help: 'what people call the user' },
    administrator: { help: 'who may do everything' },
    password: { help: 'ask for the password instead of making a link' },
    passwordStdin: { help: 'read the password from standard input instead of making a link' },
    takeOver: { help: 'although there are repositories below the name: the user owns them then' },
  },
  async run(running, { name }, options) {
    const { input, err } = running.context;
    const asks = options.password || options.passwordStdin;
    const body = {
      name,
      email: options.email,
      display_name: options.displayName,
      is_administrator: options.administrator,
      takes_over_repositories: options.takeOver,
      ...(asks && { password: await readPassword(input, err) }),
    };
    const user = await running.api.call(createUser, { body });
    if (!user.password_link) {
      return running.done(`${name} can log in: lading login ${running.server} -u ${name}`, user);
    }
    return showLink(running, { name, link: user.password_link, result: user });
  },
});

const edit = apiCommand({
  name: 'edit',
  description: 'change what is named',
  arguments: { name: 'whom' },
  options: {
    email: { value: 'address', help: "e-mail address; '' for none" },
    displayName: { value: 'text', help: "what people call the user; '' for nothing" },
    administrator: { value: 'which', choices: ['yes', 'no'], help: 'who may do everything (administrators)' },
  },
  async run({ api, done }, { name }, { email, displayName, administrator }) {
    const body = {
      email: email === '' ? null : email,
      display_name: displayName === '' ? null : displayName,
      is_administrator: administrator === undefined ? undefined : administrator === 'yes',
    };
    if (Object.values(body).every((value) => value === undefined)) {
      throw new CliError('usage', 'Say what to change, such as --email. See: lading user edit --help');
    }
    const user = await api.call(updateUser, { params: { name }, body });
    await done(`Changed ${name}.`, user);
  },
});

const passwordLink = apiCommand({
  name: 'password-link',
  description: 'make a link that sets a new password, for whoever has forgotten it',
  arguments: { name: 'whose' },
  async run(running, { name }) {
    const link = await running.api.call(createPasswordLink, { params: { name } });
    return showLink(running, { name, link, result: link });
  },
});

function showLink(
  running: Running,
  options: { name: string; link: { path: string; expires_at: string }; result: object },
): Promise<void> {
  const { name, link, result } = options;
  const hint = `Give this link to ${name}: good once, until ${minute(link.expires_at)} UTC. It sets a password, in a browser or by lading passwd --link.`;
  return running.secret(running.server + link.path, { hint, result });
}

const switched = (name: string, disabled: boolean) =>
  apiCommand({
    name,
    description: disabled
      ? 'refuse a user from the next request on, with tokens and sessions'
      : 'let a user in again',
    arguments: { name: 'whom' },
    async run({ api, done }, { name }) {
      const user = await api.call(updateUser, { params: { name }, body: { disabled } });
      await done(`${name} is ${disabled ? 'disabled' : 'enabled'}.`, user);
    },
  });

const remove = apiCommand({
  name: 'delete',
  description: 'delete a user with all tokens and sessions; refused as long as the user has repositories',
  arguments: { name: 'whom' },
  async run({ api, done }, { name }) {
    await api.call(deleteUser, { params: { name } });
    await done(`Deleted ${name}.`, { deleted: name });
  },
});

export const userCommand = commandGroup({
  name: 'user',
  description: 'users of a running registry (administrators; `lading admin` works without a server)',
  commands: [
    list,
    show,
    create,
    edit,
    passwordLink,
    switched('disable', true),
    switched('enable', false),
    remove,
  ],
  examples: `  lading user create bob --email bob@example.com     prints a link for bob to set a password
  pass show registry/bob | lading user create bob --password-stdin
  lading user password-link bob                      bob forgot it
  lading user edit bob --administrator yes           bob may do everything
  lading user disable bob                            at once, everywhere`,
});
