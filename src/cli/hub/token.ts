import { createAccessToken, deleteAccessToken, listAccessTokens } from '../../api/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';
import { hostOf } from './parse-server-url.ts';
import { findTokenId, tokenColumns, tokenOptions, toNewToken } from './token-options.ts';

const list = apiCommand({
  name: 'list',
  description: 'your access tokens, when each was used last and from where',
  options: { user: { value: 'name', help: "another user's (administrators)" } },
  async run({ api, list, myName }, _args, { user }) {
    const params = { name: user ?? (await myName()) };
    await list((cursor) => api.call(listAccessTokens, { params, query: { cursor } }), {
      columns: tokenColumns,
      empty: 'There are none. Make one: lading token create NAME',
    });
  },
});

const create = apiCommand({
  name: 'create',
  description: 'make an access token; it is printed once',
  arguments: { name: 'what to remember it by, such as laptop' },
  options: tokenOptions,
  async run({ api, secret, myName, server, context }, { name }, options) {
    const me = await myName();
    const body = toNewToken(name, options, context.clock.now());
    const made = await api.call(createAccessToken, { params: { name: me }, body });
    const hint = `The password for: docker login -u ${me} ${hostOf(server)}. It is not shown again.`;
    await secret(made.secret, { hint, result: made });
  },
});

const revoke = apiCommand({
  name: 'revoke',
  description: 'take a token back; it is worth nothing from the next request on',
  arguments: { token: 'its ID or name, as list shows them' },
  options: { user: { value: 'name', help: "another user's (administrators)" } },
  async run({ api, done, myName }, { token }, { user }) {
    const name = user ?? (await myName());
    const id = await findTokenId(token, (cursor) =>
      api.call(listAccessTokens, { params: { name }, query: { cursor } }),
    );
    await api.call(deleteAccessToken, { params: { name, id } });
    await done('It is worth nothing any more.', { revoked: id });
  },
});

export const tokenCommand = commandGroup({
  name: 'token',
  description: 'your access tokens: the password of docker login, and the key of programs',
  commands: [list, create, revoke],
  examples: `  lading token create laptop --allow pull --allow push --expires 90d
  lading token create laptop --allow pull | docker login -u alice --password-stdin localhost:5000
  lading token list`,
});
