import { Command } from 'commander';
import { ladingVersion } from '../app/index.ts';
import { adminCommand } from './admin.ts';
import { auditCommand } from './audit.ts';
import { checkCommand } from './check.ts';
import type { CommandContext } from './command-context.ts';
import { configCommand } from './config.ts';
import { htpasswdCommand } from './htpasswd.ts';
import { inspectCommand } from './inspect.ts';
import { lsCommand } from './ls.ts';
import { rebuildCommand } from './rebuild.ts';
import { rmCommand } from './rm.ts';
import { serveCommand } from './serve.ts';

/** The whole command line. Parsing rejects with whatever a command throws; it never ends the process. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('lading')
    .description('A container registry: push and pull with docker, podman, skopeo, oras, helm and others.')
    .version(ladingVersion, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'explain a command')
    .helpOption('-h, --help', 'explain the command')
    .showHelpAfterError('To see what there is: lading --help')
    .configureOutput({
      writeOut: (text) => void context.out.write(text),
      writeErr: (text) => void context.err.write(text),
      getOutHelpWidth: () => context.out.columns,
      getErrHelpWidth: () => context.err.columns,
      outputError: (text, write) =>
        write(`${context.err.style('red', 'lading:')} ${text.replace(/^error: /, '')}`),
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Start here:
  lading serve                                     a registry on http://127.0.0.1:5000, kept in ./data
  docker tag myapp localhost:5000/myapp:1.0
  docker push localhost:5000/myapp:1.0
  lading ls                                        what is in it
  lading inspect myapp:1.0                         and what that is

With a password:
  lading htpasswd ./htpasswd alice
  REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_PATH=./htpasswd REGISTRY_AUTH_HTPASSWD_REALM=Lading lading serve

In place of registry:2: its configuration file, its REGISTRY_* variables and its volume are understood as they are.
  lading serve --config /etc/docker/registry/config.yml --root /var/lib/registry

More about one command: lading help COMMAND`,
    );
  const commands = [
    serveCommand(),
    lsCommand(context),
    inspectCommand(context),
    rmCommand(context),
    htpasswdCommand(context),
    adminCommand(context),
    checkCommand(context),
    auditCommand(context),
    rebuildCommand(context),
    configCommand(context),
  ];
  for (const command of commands) program.addCommand(inherit(command, program));
  return program;
}

function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inherit(inner, command);
  return command;
}
