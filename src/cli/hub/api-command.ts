import { Argument, Command, Option } from 'commander';
import { type ApiClient, createApiClient, getMe } from '../../api/index.ts';
import type { CommandContext } from '../command-context.ts';
import { chooseServer } from './choose-server.ts';
import { explainRefusal } from './explain-refusal.ts';
import { createPrinter, type Printer } from './printer.ts';

/** What it is, or the same of one that may be left out. */
type ArgumentSpec = string | { readonly help: string; readonly optional: true };
/** Without `value` it is a switch; with `many` it may be repeated. */
interface OptionSpec {
  readonly help: string;
  readonly value?: string;
  readonly many?: true;
  readonly choices?: readonly string[];
}

type Arguments<Specs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends string ? string : string | undefined;
};
type Options<Specs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { many: true }
    ? readonly string[] | undefined
    : Specs[Name] extends { value: string }
      ? string | undefined
      : true | undefined;
};

/** What a command has of a running registry. */
export interface Running extends Printer {
  readonly api: ApiClient;
  /** The URL. */
  readonly server: string;
  readonly json: boolean;
  readonly context: CommandContext;
  /** The name of who asks. Throws `ApiError` unauthorized. */
  myName(): Promise<string>;
}

export type CommandFactory = (context: CommandContext) => Command;

/**
 * A command that asks a running registry. Arguments stand in the order of their keys; the options' keys are their names
 * in camel case. `--server` and `--json` come with every one.
 */
export function apiCommand<
  const A extends Readonly<Record<string, ArgumentSpec>> = Record<never, never>,
  const O extends Readonly<Record<string, OptionSpec>> = Record<never, never>,
>(spec: {
  readonly name: string;
  readonly description: string;
  readonly arguments?: A;
  readonly options?: O;
  readonly examples?: string;
  run(running: Running, args: Arguments<A>, options: Options<O>): Promise<void>;
}): CommandFactory {
  return (context) => {
    const command = new Command(spec.name).description(spec.description);
    const names = Object.keys(spec.arguments ?? {});
    for (const [name, argument] of Object.entries<ArgumentSpec>(spec.arguments ?? {})) {
      const isOptional = typeof argument === 'object';
      const help = isOptional ? argument.help : argument;
      command.addArgument(new Argument(isOptional ? `[${name}]` : `<${name}>`, help));
    }
    for (const [name, option] of Object.entries<OptionSpec>(spec.options ?? {})) {
      command.addOption(toOption(name, option));
    }
    addServerOption(command).option('--json', 'for scripts: one JSON object a line');
    if (spec.examples) command.addHelpText('after', `\nExamples:\n${spec.examples}`);
    return command.action(async (...given: unknown[]) => {
      const values = command.opts<Options<O> & { server?: string; json?: true }>();
      const json = values.json === true;
      const chosen = await chooseServer(context, values.server);
      const { url, token } = chosen;
      const api = createApiClient({ url, authorization: token && `Bearer ${token}` });
      const running: Running = {
        ...createPrinter(context, { json }),
        api,
        server: url,
        json,
        context,
        myName: async () => (await api.call(getMe, {})).name,
      };
      const args = Object.fromEntries(names.map((name, index) => [name, given[index]])) as Arguments<A>;
      try {
        await spec.run(running, args, values);
      } catch (error) {
        throw explainRefusal(error, chosen);
      }
    });
  };
}

/** Commands under one word, such as `lading repo`. */
export function commandGroup(spec: {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandFactory[];
  readonly examples?: string;
}): CommandFactory {
  return (context) => {
    const command = new Command(spec.name).description(spec.description);
    for (const create of spec.commands) command.addCommand(create(context));
    if (spec.examples) command.addHelpText('after', `\nExamples:\n${spec.examples}`);
    return command;
  };
}

function addServerOption(command: Command): Command {
  return command.option(
    '--server <url>',
    'the registry to ask (default: LADING_SERVER, else the last login)',
  );
}

function toOption(name: string, { help, value, many, choices }: OptionSpec): Option {
  const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const option = new Option(value === undefined ? long : `${long} <${value}>`, help);
  if (choices) option.choices(choices);
  if (many) {
    const check = option.parseArg;
    option.argParser((one: string, before: readonly string[] | undefined) => {
      check?.(one, undefined);
      return [...(before ?? []), one];
    });
  }
  return option;
}
