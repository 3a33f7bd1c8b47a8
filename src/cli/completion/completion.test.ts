import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../testing/index.ts';
import { skipWithout } from '../../testing/skip-without.ts';
import { runLading } from '../suite/run-lading.ts';

/** What is typed, the last word of it unfinished, and what must and must not be offered. */
const cases = [
  { typed: ['re'], offered: ['rebuild', 'repo'], withheld: ['ls', 'delete'] },
  { typed: ['repo', ''], offered: ['list', 'create', 'star'], withheld: ['repo', 'serve'] },
  { typed: ['org', 'member', ''], offered: ['add', 'remove'], withheld: ['member', 'create'] },
  { typed: ['repo', 'create', 'acme/app', '--vis'], offered: ['--visibility'], withheld: ['--json'] },
  { typed: ['repo', 'create', '--visibility', 'p'], offered: ['public', 'private'], withheld: ['--json'] },
  {
    typed: ['robot', 'token', 'create', 'acme+ci', '--json', '--allow', ''],
    offered: ['pull', 'admin'],
    withheld: ['read'],
  },
  { typed: ['completion', ''], offered: ['bash', 'fish'], withheld: ['serve'] },
] as const;

/** How to ask each shell, without a terminal, what it would offer. */
const shells = {
  bash: {
    flags: ['--norc'],
    ask: (script: string, typed: readonly string[]) =>
      `source ${script}; COMP_WORDS=(lading ${words(typed)}); COMP_CWORD=${typed.length}; _lading; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  // Its own functions need a terminal: they are replaced by ones that print what they are given.
  zsh: {
    flags: ['-f'],
    ask: (script: string, typed: readonly string[]) =>
      `compdef() { :; }; _files() { :; }; _describe() { local c; for c in \${(P)argv[-1]}; do [[ \${c%%:*} == \${words[CURRENT]}* ]] && print -r -- \${c%%:*}; done; :; }
       source ${script}; words=(lading ${words(typed)}); CURRENT=${typed.length + 1}; _lading`,
  },
  fish: {
    flags: ['--no-config'],
    ask: (script: string, typed: readonly string[]) =>
      `source ${script}; complete -C ${quote(['lading', ...typed].join(' '))} | string replace -r '\\t.*' ''`,
  },
} as const;

describe('lading completion', () => {
  for (const [shell, { flags, ask }] of Object.entries(shells)) {
    it(`${shell}: offers what may come next`, { skip: skipWithout(shell, '--version') }, async () => {
      await using folder = await temporaryFolder();
      const script = join(folder.path, 'completion');
      const { code, out, err } = await runLading(['completion', shell]);
      assert.deepEqual([code, err], [0, '']);
      await writeFile(script, out);
      for (const { typed, offered, withheld } of cases) {
        const env = {
          ...process.env,
          HOME: folder.path,
          XDG_CONFIG_HOME: folder.path,
          XDG_DATA_HOME: folder.path,
        };
        const asked = spawnSync(shell, [...flags, '-c', ask(script, typed)], {
          encoding: 'utf8',
          env,
          cwd: folder.path,
        });
        assert.equal(asked.stderr, '', `${shell}: ${typed.join(' ')}`);
        const answers = asked.stdout.split('\n');
        for (const word of offered)
          assert.ok(answers.includes(word), `${shell}: ${typed.join(' ')} → ${asked.stdout}`);
        for (const word of withheld)
          assert.ok(!answers.includes(word), `${shell}: ${typed.join(' ')} → ${word}`);
      }
    });
  }

  it('knows no other shell', async () => {
    const { code, err } = await runLading(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(err, /bash, zsh, fish/);
  });
});

function words(typed: readonly string[]): string {
  return typed.map(quote).join(' ');
}

function quote(word: string): string {
  return `'${word}'`;
}
