import { Argument, Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { bashCompletion } from './bash-completion.ts';
import { type CommandNode, toCommandTree } from './command-tree.ts';
import { fishCompletion } from './fish-completion.ts';
import { zshCompletion } from './zsh-completion.ts';

const shells: Readonly<Record<string, (root: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function completionCommand({ out }: CommandContext): Command {
  const command = new Command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'which').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
Examples:
  lading completion bash > /etc/bash_completion.d/lading     or: source <(lading completion bash)
  lading completion zsh > "\${fpath[1]}/_lading"               then start a new zsh
  lading completion fish > ~/.config/fish/completions/lading.fish`,
    );
  return command.action(async (shell: string) => {
    const root = command.parent;
    const render = shells[shell];
    if (root && render) await out.write(render(toCommandTree(root)));
  });
}
