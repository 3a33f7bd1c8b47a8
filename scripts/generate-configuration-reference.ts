// Writes docs/CONFIGURATION.md from the table of configuration keys.
import { writeFile } from 'node:fs/promises';
import { keys, renderReference } from '../src/app/configuration/index.ts';

await writeFile(new URL('../docs/CONFIGURATION.md', import.meta.url), renderReference(keys));
