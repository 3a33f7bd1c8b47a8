import { type CommandNode, listNodes, type OptionNode } from './command-tree.ts';
import { quote } from './shell-words.ts';

/** A script for `source` or `~/.config/fish/completions/lading.fish`. */
export function fishCompletion(root: CommandNode): string {
  const nodes = listNodes(root);
  const lines = nodes.flatMap((node) => {
    const start = `complete -c lading -n ${quote(`__lading_at "${node.at}"`)}`;
    return [
      ...node.commands.map(({ name, description }) => `${start} -f -a ${name} -d ${quote(description)}`),
      ...node.words.map((word) => `${start} -f -a ${word}`),
      ...node.options.map((option) => `${start} ${optionWords(option)} -d ${quote(option.description)}`),
    ];
  });
  return `# fish completion for lading. Made by: lading completion fish
function __lading_at
    set -l at
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${nodes
              .slice(1)
              .map(({ at }) => quote(at))
              .join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function optionWords({ flags, takesValue, choices }: OptionNode): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  if (choices.length > 0) return `${names.join(' ')} -x -a ${quote(choices.join(' '))}`;
  return takesValue ? `${names.join(' ')} -r` : names.join(' ');
}
