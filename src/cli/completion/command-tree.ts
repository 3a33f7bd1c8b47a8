import type { Command } from 'commander';

export interface OptionNode {
  /** `-u`, `--user` */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** All values that there are; empty where any will do. */
  readonly choices: readonly string[];
}

export interface CommandNode {
  /** The words after `lading`, each with a space before it: ` repo create`; empty for the program itself. */
  readonly at: string;
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandNode[];
  /** What its arguments can be, where that is known. */
  readonly words: readonly string[];
  readonly options: readonly OptionNode[];
}

/** What can be typed, as the help shows it. */
export function toCommandTree(command: Command, before?: string): CommandNode {
  const at = before === undefined ? '' : `${before} ${command.name()}`;
  const help = command.createHelp();
  return {
    at,
    name: command.name(),
    description: command.description(),
    commands: help.visibleCommands(command).map((inner) => toCommandTree(inner, at)),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    options: help.visibleOptions(command).map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
    })),
  };
}

/** The node and all below it, each before what is below it. */
export function listNodes(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(listNodes)];
}
