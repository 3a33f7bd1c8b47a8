import type { z } from 'zod';
import {
  createRobot,
  createRobotToken,
  deleteRobot,
  deleteRobotToken,
  listRobots,
  listRobotTokens,
  type robotSchema,
} from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { age, type Columns, minute } from './columns.ts';
import { hostOf } from './parse-server-url.ts';
import { findTokenId, tokenColumns, tokenOptions, toNewToken } from './token-options.ts';

const columns: Columns<z.output<typeof robotSchema>> = {
  NAME: (robot) => robot.name,
  DESCRIPTION: (robot) => robot.description,
  STATE: (robot) => (robot.disabled ? 'disabled' : undefined),
  SEEN: (robot, now) => age(robot.last_seen_at, now) ?? 'never',
  MADE: (robot) => minute(robot.created_at),
};

const which = { robot: 'ORGANISATION+ROBOT, such as acme+ci' } as const;

function parseRobot(name: string): { organisation: string; robot: string } {
  const [organisation = '', robot = '', more] = name.split('+');
  if (organisation !== '' && robot !== '' && more === undefined) return { organisation, robot };
  throw new CliError(
    'usage',
    `${printable(name)} is no robot. A robot is called ORGANISATION+ROBOT, such as acme+ci`,
  );
}

const list = apiCommand({
  name: 'list',
  description: 'robots of an organisation',
  arguments: { organisation: 'whose' },
  run: ({ api, list }, params) =>
    list((cursor) => api.call(listRobots, { params, query: { cursor } }), {
      columns,
      empty: `It has no robots. Make one: lading robot create ${params.organisation}+NAME`,
    }),
});

const create = apiCommand({
  name: 'create',
  description: 'make a robot; it may do nothing until it is given a role',
  arguments: which,
  options: { description: { value: 'text', help: 'what it is for' } },
  async run({ api, done }, args, { description }) {
    const { organisation, robot } = parseRobot(args.robot);
    const made = await api.call(createRobot, {
      params: { organisation },
      body: { name: robot, description },
    });
    await done(
      `Made ${args.robot}. Give it a role: lading grant add ${organisation} writer ${args.robot}; then: lading robot token create ${args.robot} NAME`,
      made,
    );
  },
});

const remove = apiCommand({
  name: 'delete',
  description: 'delete a robot with its tokens',
  arguments: which,
  async run({ api, done }, args) {
    await api.call(deleteRobot, { params: parseRobot(args.robot) });
    await done(`Deleted ${args.robot}.`, { deleted: args.robot });
  },
});

const token = commandGroup({
  name: 'token',
  description: 'tokens with which a robot logs in',
  commands: [
    apiCommand({
      name: 'list',
      description: "a robot's tokens, when each was used last and from where",
      arguments: which,
      run: ({ api, list }, args) =>
        list((cursor) => api.call(listRobotTokens, { params: parseRobot(args.robot), query: { cursor } }), {
          columns: tokenColumns,
          empty: `It has none. Make one: lading robot token create ${args.robot} NAME`,
        }),
    }),
    apiCommand({
      name: 'create',
      description: 'make a token for a robot; it is printed once',
      arguments: { ...which, name: 'what to remember it by, such as build-server' },
      options: tokenOptions,
      async run({ api, secret, server, context }, args, options) {
        const body = toNewToken(args.name, options, context.clock.now());
        const made = await api.call(createRobotToken, { params: parseRobot(args.robot), body });
        const hint = `The password for: docker login -u ${args.robot} ${hostOf(server)}. It is not shown again.`;
        await secret(made.secret, { hint, result: made });
      },
    }),
    apiCommand({
      name: 'revoke',
      description: 'take a token back; it is worth nothing from the next request on',
      arguments: { ...which, token: 'its ID or name, as list shows them' },
      async run({ api, done }, { robot, token }) {
        const params = parseRobot(robot);
        const id = await findTokenId(token, (cursor) =>
          api.call(listRobotTokens, { params, query: { cursor } }),
        );
        await api.call(deleteRobotToken, { params: { ...params, id } });
        await done('It is worth nothing any more.', { revoked: id, robot });
      },
    }),
  ],
  examples: `  lading robot token create acme+ci build-server --allow pull --allow push --expires 90d
  lading robot token create acme+ci build-server | docker login -u acme+ci --password-stdin localhost:5000`,
});

export const robotCommand = commandGroup({
  name: 'robot',
  description: 'robots of an organisation: accounts for build servers and clusters',
  commands: [list, create, remove, token],
  examples: `  lading robot create acme+ci
  lading grant add acme writer acme+ci
  lading robot token create acme+ci build-server --allow pull --allow push |
    docker login -u acme+ci --password-stdin localhost:5000`,
});
