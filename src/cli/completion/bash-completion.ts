import { type CommandNode, listNodes } from './command-tree.ts';
import { casePattern, listValues, quote } from './shell-words.ts';

/** A script for `source`: what may come next is looked up by the words so far. */
export function bashCompletion(root: CommandNode): string {
  const nodes = listNodes(root);
  const values = listValues(nodes);
  const chosen = values
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ places, choices }) =>
        `    ${casePattern(places)}) COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current")); return ;;`,
    );
  const free = values.filter(({ choices }) => choices.length === 0).flatMap(({ places }) => places);
  const words = nodes.map((node) => {
    const commands = node.commands.map(({ name }) => name);
    const all = [...commands, ...node.words, ...node.options.flatMap(({ flags }) => flags)];
    return `    ${quote(node.at)}) words=${quote(all.join(' '))} ;;`;
  });
  return `# bash completion for lading. Made by: lading completion bash
_lading() {
  local current=\${COMP_WORDS[COMP_CWORD]} at= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
    ${casePattern(nodes.slice(1).map(({ at }) => at))}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD - 1]}" in
${chosen.join('\n')}
    ${casePattern(free)}) return ;;
  esac
  case "$at" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lading lading
`;
}
