import { getMe } from '../../api/index.ts';
import { apiCommand } from './api-command.ts';

export const whoamiCommand = apiCommand({
  name: 'whoami',
  description: 'who you are to the registry, and what your token is limited to',
  examples: '  lading whoami',
  async run({ api, show, server }) {
    const me = await api.call(getMe, {});
    await show(
      { ...me, server },
      {
        Name: ({ name }) => name,
        Server: () => server,
        Kind: ({ kind }) => kind,
        Administrator: ({ is_administrator }) => is_administrator,
        'Logged in with': ({ credential }) => credential,
        'Limited to': ({ scope }) =>
          scope && `${scope.actions.join(', ')} on ${scope.repositories.join(', ')}`,
      },
    );
  },
});
