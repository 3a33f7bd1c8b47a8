import { explainAccess } from '../../api/index.ts';
import { printable } from '../../kernel/index.ts';
import { apiCommand, commandGroup } from './api-command.ts';

const explain = apiCommand({
  name: 'explain',
  description: 'which rule allows or denies something, and what would have to change',
  arguments: {
    actor: 'user or robot; me; anonymous for who is not logged in',
    action: 'pull, push, delete, settings, administer…',
    resource: 'a repository, or TYPE:NAME such as namespace:acme',
  },
  async run({ api, json, done, context }, { actor, action, resource }) {
    const explanation = await api.call(explainAccess, {
      query: {
        ...aboutWhom(actor),
        action,
        resource: resource.includes(':') ? resource : `repository:${resource}`,
      },
    });
    const { sentence, allowed, would_change } = explanation;
    await done(`${allowed ? 'Yes' : 'No'}. ${sentence}`, explanation);
    if (json) return;
    const remedies = would_change.map((remedy) => `  ${printable(remedy.sentence)}\n`).join('');
    if (remedies) await context.out.write(`Each of these alone would change that:\n${remedies}`);
  },
});

function aboutWhom(actor: string) {
  if (actor === 'me') return {};
  return actor === 'anonymous' ? ({ anonymous: 'true' } as const) : { actor };
}

export const accessCommand = commandGroup({
  name: 'access',
  description: 'why somebody may or may not do something',
  commands: [explain],
  examples: `  lading access explain me push acme/app
  lading access explain bob pull acme/app
  lading access explain anonymous pull acme/app`,
});
