// Writes docs/COMMANDS.md from what the commands say of themselves.
import { writeFile } from 'node:fs/promises';
import { renderCommandReference } from '../src/cli/render-command-reference.ts';

await writeFile(new URL('../docs/COMMANDS.md', import.meta.url), await renderCommandReference());
