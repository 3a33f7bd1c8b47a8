/** A story's own world: a temporary folder, a home, an environment without the machine's settings, and its clean-up. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RunOptions, type RunResult, run } from './process.ts';
import { findTool, TOOL_PATH } from './tools.ts';

export interface Scene {
  /** The story's temporary folder; all it writes is below. */
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** A path below `dir`. */
  path(...parts: string[]): string;
  /** Runs a program in `dir` to its end; throws on a code other than `expect` (0). */
  run(tool: string, args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** A part of the story, reported by name. The story goes on only when it holds. */
  step(title: string, act: () => Promise<void>): Promise<void>;
  /** Called at the end, last registered first, however the story ends. */
  defer(cleanUp: () => Promise<unknown>): void;
  /** Shows the end of a daemon's log in the report when the story fails. */
  watch(logPath: string): void;
  /** A line in the report. */
  note(text: string): void;
}

export function createScene(context: TestContext): Scene {
  const dir = mkdtempSync(join(tmpdir(), 'lading-story-'));
  const logs: string[] = [];
  const cleanUps: (() => Promise<unknown>)[] = [];
  for (const name of ['home', 'run', 'tmp']) mkdirSync(join(dir, name), { mode: 0o700 });
  const env = sceneEnv(dir);
  // podman and buildah stop when the file they are told of is not there.
  writeFileSync(join(dir, 'home/auth.json'), '{}');
  const scene: Scene = {
    dir,
    env,
    path: (...parts) => join(dir, ...parts),
    run: (tool, args, options) => {
      const file = findTool(tool) ?? tool;
      return run(file, args, { cwd: dir, ...options, env: { ...env, ...options?.env } });
    },
    async step(title, act) {
      let passed = false;
      await context.test(title, async () => {
        await act();
        passed = true;
      });
      if (!passed) throw new Error(`the story ended at its step: ${title}`);
    },
    defer: (cleanUp) => {
      cleanUps.push(cleanUp);
    },
    watch: (logPath) => {
      logs.push(logPath);
    },
    note: (text) => context.diagnostic(text),
  };
  context.after(async () => {
    if (!context.passed) for (const log of logs) context.diagnostic(`${log}:\n${endOf(log)}`);
    const failures: unknown[] = [];
    for (const cleanUp of cleanUps.reverse()) await cleanUp().catch((error) => failures.push(error));
    await unmountBelow(dir, scene);
    rmSync(dir, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, 'clean-up failed');
  });
  return scene;
}

function endOf(log: string): string {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  return lines
    .slice(-20)
    .map((line) => line.slice(0, 300))
    .join('\n');
}

/** No variable of the caller reaches a client or a server, except what programs need to run at all. */
function sceneEnv(dir: string): NodeJS.ProcessEnv {
  const home = join(dir, 'home');
  return {
    PATH: TOOL_PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: join(dir, 'tmp'),
    XDG_RUNTIME_DIR: join(dir, 'run'),
    DOCKER_CONFIG: join(home, '.docker'),
    REGISTRY_AUTH_FILE: join(home, 'auth.json'),
  };
}

/** A daemon killed hard leaves its mounts; deepest first. */
async function unmountBelow(dir: string, scene: Scene): Promise<void> {
  const mounts = mountPoints().filter((point) => point.startsWith(`${dir}/`));
  for (const point of mounts.reverse()) await scene.run('umount', ['--lazy', point], { expect: 'any' });
}

function mountPoints(): string[] {
  try {
    return readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
  } catch {
    return [];
  }
}
