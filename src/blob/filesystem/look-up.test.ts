import assert from 'node:assert/strict';
import { type stat, statSync } from 'node:fs';
import { test } from 'node:test';
import { createLookUp } from './look-up.ts';

test('a file system that keeps one look waiting is not waited for in this thread for ten seconds', async () => {
  const asked: string[] = [];
  let time = 0;
  let takesMs = 1;
  const look = () => {
    time += takesMs;
    return statSync('.');
  };
  const lookUp = createLookUp({
    now: () => time,
    statSync: ((path: string) => {
      asked.push(`here ${path}`);
      return look();
    }) as typeof statSync,
    stat: (async (path: string) => {
      asked.push(`pool ${path}`);
      return look();
    }) as unknown as typeof stat.__promisify__,
  });
  await lookUp('a');
  takesMs = 50;
  await lookUp('b');
  await lookUp('c');
  takesMs = 1;
  time += 9_900;
  await lookUp('d');
  time += 200;
  await lookUp('e');
  assert.deepEqual(asked, ['here a', 'here b', 'pool c', 'pool d', 'here e']);
});

test('what is not there, and what keeps the look from it, is told as by stat', async () => {
  const lookUp = createLookUp();
  await assert.rejects(lookUp('/nothing/there'), { code: 'ENOENT' });
  await assert.rejects(lookUp('/dev/null/x'), { code: 'ENOTDIR' });
  assert.equal((await lookUp('/')).isDirectory(), true);
});
