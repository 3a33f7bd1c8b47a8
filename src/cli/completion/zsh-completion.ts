import { type CommandNode, listNodes } from './command-tree.ts';
import { casePattern, listValues, quote } from './shell-words.ts';

/** A script for `fpath` or `source`, with what each word does. */
export function zshCompletion(root: CommandNode): string {
  const nodes = listNodes(root);
  const values = listValues(nodes);
  const chosen = values
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ places, choices }) =>
        `    ${casePattern(places)}) candidates=(${choices.map(quote).join(' ')}); _describe -t values value candidates; return ;;`,
    );
  const free = values.filter(({ choices }) => choices.length === 0).flatMap(({ places }) => places);
  const candidates = nodes.map((node) => {
    const all = [
      ...node.commands.map(({ name, description }) => candidate(name, description)),
      ...node.words.map(quote),
      ...node.options.flatMap(({ flags, description }) => flags.map((flag) => candidate(flag, description))),
    ];
    return `    ${quote(node.at)}) candidates=(${all.join(' ')}) ;;`;
  });
  return `#compdef lading
# zsh completion for lading. Made by: lading completion zsh
_lading() {
  local at= i
  local -a candidates
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
    ${casePattern(nodes.slice(1).map(({ at }) => at))}) at="$at $words[i]" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${chosen.join('\n')}
    ${casePattern(free)}) _files; return ;;
  esac
  case "$at" in
${candidates.join('\n')}
  esac
  _describe -t commands lading candidates || _files
}
if [[ $funcstack[1] == _lading ]]; then _lading; else compdef _lading lading; fi
`;
}

/** A colon ends the word and begins its description. */
function candidate(word: string, description: string): string {
  return quote(`${word}:${description}`);
}
