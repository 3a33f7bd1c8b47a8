import { ConfigurationError } from './configuration-error.ts';
import { parseYaml } from './parse-yaml.ts';
import { emptyBlock, type Tree } from './tree.ts';

/** Reads the file. Throws `file-unreadable` and `file-invalid`. */
export async function readTree(file: string, readFile: (path: string) => Promise<string>): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason =
      reasons[code] ?? `cannot be read${code === '' ? '' : ` (${code})`}; check the disk and the path`;
    throw new ConfigurationError([{ code: 'file-unreadable', text: `${file}: ${reason}.` }], {
      cause: error,
    });
  }
  const parsed = parseYaml(text, (line) => `file ${file}:${line}`);
  if ('reason' in parsed) {
    throw new ConfigurationError([
      { code: 'file-invalid', text: `${file}:${parsed.line}: the file ${parsed.reason}.` },
    ]);
  }
  const { tree } = parsed;
  if (tree.kind === 'scalar' && tree.isNull) return emptyBlock(tree.origin);
  if (tree.kind !== 'block') {
    const wanted = 'must be a block of keys such as "http:" and "storage:"';
    throw new ConfigurationError([{ code: 'file-invalid', text: `${file}:1: the file ${wanted}.` }]);
  }
  return tree;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path, and in a container the mount',
  EACCES: 'reading it is not allowed; check its permissions',
  EISDIR: 'is a folder; Docker makes one when the file to be mounted does not exist',
};
