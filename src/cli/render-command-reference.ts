import { Readable } from 'node:stream';
import { systemClock } from '../kernel/index.ts';
import type { CommandContext } from './command-context.ts';
import { listNodes, toCommandTree } from './completion/command-tree.ts';
import { createProgram } from './create-program.ts';
import type { Output } from './output.ts';

/** Of a terminal that shows the examples unbroken. */
const COLUMNS = 110;

/** docs/COMMANDS.md: what `--help` says of every command. */
export async function renderCommandReference(): Promise<string> {
  const nodes = listNodes(toCommandTree(createProgram(createCollector().context)));
  const sections: string[] = [];
  for (const { at, name } of nodes) {
    if (name === 'help') continue;
    const words = at.split(' ').filter((word) => word !== '');
    const heading = words.length <= 1 ? '##' : '###';
    sections.push(
      `${heading} ${['lading', ...words].join(' ')}\n\n\`\`\`text\n${await helpOf(words)}\n\`\`\`\n`,
    );
  }
  return `# Commands

What \`--help\` says of every command. Made by \`node scripts/generate-command-reference.ts\`.

${sections.join('\n')}`;
}

async function helpOf(words: readonly string[]): Promise<string> {
  const { context, chunks } = createCollector();
  // The answer to --help ends the parsing by a throw.
  await createProgram(context)
    .parseAsync([...words, '--help'], { from: 'user' })
    .catch(() => {});
  return chunks.join('').trimEnd();
}

function createCollector(): { context: CommandContext; chunks: readonly string[] } {
  const chunks: string[] = [];
  const out: Output = {
    write: async (content) => chunks.push(content.toString()) > 0,
    isTerminal: false,
    columns: COLUMNS,
    style: (_style, text) => text,
  };
  const input = Readable.from([]) as unknown as NodeJS.ReadStream;
  return { context: { out, err: out, input, clock: systemClock, env: {} }, chunks };
}
