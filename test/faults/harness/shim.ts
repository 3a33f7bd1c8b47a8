import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why the tests that need the shim cannot run here, or false. */
export function skipWithoutShim(): string | false {
  if (process.platform !== 'linux') return 'LD_PRELOAD is for Linux';
  if (process.env.LADING_REQUIRE_ALL === '1' || spawnSync('gcc', ['--version']).status === 0) return false;
  return 'gcc is not installed';
}

let library: string | undefined;

/** Compiles shim.c once in this process, for `LD_PRELOAD`. */
function buildShim(): string {
  if (library !== undefined) return library;
  const folder = mkdtempSync(join(tmpdir(), 'lading-shim-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const built = join(folder, 'shim.so');
  const source = join(import.meta.dirname, 'shim.c');
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror'];
  const { status, stderr } = spawnSync('gcc', [...flags, '-o', built, source, '-ldl', '-lpthread']);
  if (status !== 0) throw new Error(`gcc failed:\n${stderr}`);
  library = built;
  return built;
}

type Errno = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EROFS' | 'EACCES';

export interface Shim {
  /** The environment of the process that it stands in. */
  readonly env: Readonly<Record<string, string>>;
  /** How many bytes of the recording there are. */
  position(): number;
  readonly recordingFile: string;
  /** Ends the process at the n-th call that changes files, before that call. */
  exitAt(n: number): void;
  /** From the n-th of `calls` on (letters of shim.c), or at that one `only`, calls fail. */
  fail(n: number, errno: Errno, options?: { only?: boolean; calls?: string }): void;
  /** Everything works again. */
  heal(): void;
  /** Whether the n-th call came that was named last. */
  wasReached(): boolean;
}

/** All calls that change what is on the disk. */
const changingCalls = 'wsrmudct';

export function createShim(options: { folder: string; root: string; record?: boolean }): Shim {
  const { folder, root, record = false } = options;
  const control = join(folder, 'control');
  const recordingFile = join(folder, 'recording');
  const reached = `${control}.reached`;
  const put = (line: string) => {
    rmSync(reached, { force: true });
    // By a rename, so that no half of it is ever read.
    writeFileSync(`${control}.new`, `${line}\n`);
    renameSync(`${control}.new`, control);
  };
  return {
    env: {
      LD_PRELOAD: buildShim(),
      FAULT_ROOT: root,
      FAULT_CONTROL: control,
      ...(record && { FAULT_LOG: recordingFile }),
    },
    recordingFile,
    position: () => statSync(recordingFile).size,
    exitAt: (n) => put(`x ${n} 0 ${changingCalls}`),
    fail(n, errno, { only = false, calls = changingCalls } = {}) {
      put(`${only ? 'e' : 'E'} ${n} ${constants.errno[errno]} ${calls}`);
    },
    heal: () => rmSync(control, { force: true }),
    wasReached: () => existsSync(reached),
  };
}
