import { Command } from 'commander';
import { serveCommand } from './serve.ts';

const program = new Command('lading')
  .description('A container registry: push and pull with docker, podman, skopeo, oras, helm and others.')
  .addCommand(serveCommand());

await program.parseAsync();
