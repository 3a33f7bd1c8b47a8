import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ociErrorTable } from '../oci/index.ts';
import { PROBLEM_CODES } from './problem-codes.ts';

const root = join(import.meta.dirname, '..', '..');
const table = Object.entries(PROBLEM_CODES).map(
  ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
);

test('docs/API.md has the table of codes, all of it and no more', () => {
  const document = readFileSync(join(root, 'docs', 'API.md'), 'utf8');
  const rows = document.split('\n').filter((line) => /^\| `[\w-]+` \| \d{3} \|/.test(line));
  assert.deepEqual(rows, table);
});

test('every code that the program answers with is in the table, with its status', () => {
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/\.test\.ts$|\/suite\//.test(file));
  const used = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/new Problem\(\s*'([\w-]+)',[^;]*?\bstatus: (\d+)/g)].map((match) => ({
      file,
      code: match[1] ?? '',
      status: Number(match[2]),
    }));
  });
  assert.ok(used.length > 0);
  const known: Readonly<Record<string, { status: number }>> = PROBLEM_CODES;
  for (const { file, code, status } of used) assert.equal(known[code]?.status, status, `${code} in ${file}`);
});

test('codes of the Distribution API mean the same status here', () => {
  const known: Readonly<Record<string, { status: number }>> = PROBLEM_CODES;
  for (const [code, { status }] of Object.entries(ociErrorTable)) {
    const here = known[code.toLowerCase().replaceAll('_', '-')];
    if (here) assert.equal(here.status, status, code);
  }
});
