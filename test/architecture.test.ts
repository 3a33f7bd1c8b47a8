import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

/** docs/ARCHITECTURE.md, "Rings": a folder imports from rings below its own, and from itself. */
const rings: readonly (readonly string[])[] = [
  ['kernel'],
  ['oci', 'api'],
  ['blob', 'db', 'http', 'telemetry'],
  ['rest', 'jobs'],
  ['distribution', 'identity', 'access'],
  ['hub', 'audit'],
  ['app'],
  ['cli'],
];

const root = join(import.meta.dirname, '..', 'src');
const files = globSync('**/*.ts', { cwd: root }).sort();

/** Files that only tests import: they may see everything. */
function isForTests(file: string): boolean {
  return /(^|\/)(testing|suite)\/|\.test\.ts$|-suite\.ts$/.test(file) || testOnly.has(file);
}

/** Fault injection beside the code it is for. */
const testOnly = new Set(['blob/filesystem/faulty-files.ts', 'blob/filesystem/temporary-store.ts']);

function importsOf(file: string): { target: string; isLocal: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+)['"]/g,
  );
  return [...found].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    const isLocal = specifier.startsWith('.');
    return { isLocal, target: isLocal ? relative(root, join(root, dirname(file), specifier)) : specifier };
  });
}

const folderOf = (file: string) => file.split('/')[0] ?? '';
const ringOf = (folder: string) => rings.findIndex((ring) => ring.includes(folder));

const graph = new Map(files.filter((file) => !isForTests(file)).map((file) => [file, importsOf(file)]));

describe('architecture', () => {
  it('has every folder of src in a ring', () => {
    const homeless = [...new Set([...graph.keys()].map(folderOf))].filter((folder) => ringOf(folder) < 0);
    assert.deepEqual(homeless, [], 'folders that no ring names');
  });

  it('imports only from lower rings or the own folder', () => {
    const wrong = violations(
      (from, to) => folderOf(from) !== folderOf(to) && ringOf(folderOf(to)) >= ringOf(folderOf(from)),
    );
    assert.deepEqual(wrong, []);
  });

  it('enters another folder only through its index.ts', () => {
    const wrong = violations(
      (from, to) => folderOf(from) !== folderOf(to) && to !== `${folderOf(to)}/index.ts`,
    );
    assert.deepEqual(wrong, []);
  });

  it('keeps code for tests out of the program', () => {
    assert.deepEqual(
      violations((_, to) => isForTests(to)),
      [],
    );
  });

  it('has no cycles', () => {
    assert.deepEqual(findCycle(), undefined);
  });

  it('asks only the clock for the time', () => {
    const wrong = [...graph.keys()].filter(
      (file) =>
        file !== 'kernel/clock.ts' &&
        /\bDate\.now\(\)|new Date\(\)|performance\.now\(\)/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });

  it('does no input or output in the rings below the mechanisms', () => {
    const io = /^node:(?!crypto$)/;
    const wrong = [...graph].flatMap(([file, imports]) =>
      ringOf(folderOf(file)) > 1
        ? []
        : imports
            .filter(({ target, isLocal }) => !isLocal && io.test(target))
            .map(({ target }) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('would notice: the graph it reads is not empty', () => {
    assert.ok(graph.size > 80);
    assert.ok(graph.get('app/compose.ts')?.some(({ target }) => target === 'http/index.ts'));
  });
});

function violations(isWrong: (from: string, to: string) => boolean): string[] {
  return [...graph].flatMap(([from, imports]) =>
    imports
      .filter(({ isLocal, target }) => isLocal && isWrong(from, target))
      .map(({ target }) => `${from} imports ${target}`),
  );
}

/** The first cycle found, as the path that goes round, or undefined. */
function findCycle(): string | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' → ');
    if (done.has(file)) return undefined;
    path.push(file);
    for (const { isLocal, target } of graph.get(file) ?? []) {
      const cycle = isLocal ? visit(target) : undefined;
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}
