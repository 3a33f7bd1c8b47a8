import { resetPassword, setPassword } from '../../api/index.ts';
import { CliError } from '../cli-error.ts';
import { createPrompt } from '../create-prompt.ts';
import { askNewPassword } from '../read-password.ts';
import { apiCommand } from './api-command.ts';

/** At a terminal only: a script that knows the password has no need of a new one. */
export const passwdCommand = apiCommand({
  name: 'passwd',
  description: 'change your password; with --link set it by a link that an administrator made for you',
  options: { link: { help: 'asks for the link; needs no login, but --server' } },
  examples: `  lading passwd
  lading passwd --link --server https://registry.example`,
  async run({ api, done, myName, context, server }, _args, { link }) {
    const { input, err } = context;
    if (!input.isTTY) throw new CliError('usage', 'Run this in a terminal: it asks for passwords.');
    const name = link ? undefined : await myName();
    using prompt = createPrompt(input, err);
    if (name === undefined) {
      const secret = toSecret(await prompt.askHidden('Link: '));
      await api.call(resetPassword, { body: { secret, password: await askNewPassword(prompt) } });
      return done(`The password is set. Log in: lading login ${server}`, { changed: 'password' });
    }
    const current_password = await prompt.askHidden('Password as it is: ');
    const new_password = await askNewPassword(prompt);
    await api.call(setPassword, { params: { name }, body: { current_password, new_password } });
    return done('The password is changed. Sessions elsewhere have ended; tokens stay.', {
      changed: 'password',
    });
  },
});

/** Of the whole link, or what stands behind its `#`. */
function toSecret(link: string): string {
  return link.trim().replace(/^.*#/, '');
}
