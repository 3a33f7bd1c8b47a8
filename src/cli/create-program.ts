import { Command } from 'commander';
import { ladingVersion } from '../app/index.ts';
import { adminCommand } from './admin.ts';
import { auditCommand } from './audit.ts';
import { checkCommand } from './check.ts';
import type { CommandContext } from './command-context.ts';
import { completionCommand } from './completion/completion.ts';
import { configCommand } from './config.ts';
import { htpasswdCommand } from './htpasswd.ts';
import { accessCommand } from './hub/access.ts';
import { grantCommand } from './hub/grant.ts';
import { loginCommand, logoutCommand } from './hub/login.ts';
import { orgCommand } from './hub/org.ts';
import { passwdCommand } from './hub/passwd.ts';
import { repoCommand } from './hub/repo.ts';
import { robotCommand } from './hub/robot.ts';
import { roleCommand } from './hub/role.ts';
import { searchCommand } from './hub/search.ts';
import { tagCommand } from './hub/tag.ts';
import { teamCommand } from './hub/team.ts';
import { tokenCommand } from './hub/token.ts';
import { userCommand } from './hub/user.ts';
import { whoamiCommand } from './hub/whoami.ts';
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

As a hub, with accounts, organisations and rights:
  lading admin create alice                        the first administrator; from now on there are accounts
  lading serve
  lading login localhost:5000 -u alice             for the commands below, which ask the running registry
  lading org create acme
  lading repo create acme/app --visibility private
  lading robot create acme+ci                      an account for a build server
  lading grant add acme writer acme+ci             that may push and pull everything of acme
  lading robot token create acme+ci build --allow pull --allow push |
    docker login -u acme+ci --password-stdin localhost:5000

In place of registry:2: its configuration file, its REGISTRY_* variables and its volume are understood as they are.
  lading serve --config /etc/docker/registry/config.yml --root /var/lib/registry

More about one command: lading help COMMAND`,
    );
  program.commandsGroup('A registry on this machine:');
  const local = [
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
  for (const command of local) program.addCommand(inherit(command, program));
  program.commandsGroup('A running registry with accounts:');
  const remote = [
    loginCommand,
    logoutCommand,
    whoamiCommand,
    passwdCommand,
    searchCommand,
    repoCommand,
    tagCommand,
    orgCommand,
    teamCommand,
    grantCommand,
    roleCommand,
    robotCommand,
    tokenCommand,
    userCommand,
    accessCommand,
  ];
  for (const create of remote) program.addCommand(inherit(create(context), program));
  program.commandsGroup('Else:').helpCommand('help [command]', 'explain a command');
  program.addCommand(inherit(completionCommand(context), program));
  return program;
}

function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inherit(inner, command);
  return command;
}
