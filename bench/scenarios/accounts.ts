/** What accounts cost a pull: manifest GET with a bearer token, beside an open registry on the same data. */

import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { hashSync } from 'bcrypt';
import { repositoryName, tagName } from '../fixtures/names.ts';
import { MANIFEST_TYPE } from '../load/image.ts';
import type { Scenario, Turn } from '../measure/types.ts';
import type { Server } from '../peers/start-server.ts';
import { CHECKOUT } from '../places.ts';
import { FIRST_START_LIMIT_MS, fixtureFor } from './fixture-for.ts';
import { wrkLoad } from './loads.ts';

const USERS = 10_000;
const ADMINISTRATOR = 'root0';
const PASSWORD = 'correct horse battery';
const REPOSITORY = repositoryName(0);
const CONNECTIONS = 64;
const WARM_UP_MS = 1_000;
const INDEX_LIMIT_S = 300;
const SETTLE_MS = 8_000;

const rate = { unit: 'requests/s', better: 'higher', work: 'request' } as const;

export const accounts: Scenario = {
  name: 'accounts',
  title: 'Accounts',
  how: 'Lading alone. Manifest GET by tag with wrk on 64 connections, of one of 100,000 repositories: open, then with 10,000 accounts and a token that was fetched once, as docker does for the layers of an image.',
  budgetSeconds: 60,
  measures: [
    { id: 'open', title: 'Manifest GET, open registry', ...rate },
    { id: 'token', title: 'Manifest GET with a token, 10,000 accounts', ...rate },
    { id: 'cost', title: 'What accounts cost', unit: '% slower', better: 'lower', work: 'turn', limit: 20 },
  ],
  async run(turn) {
    if (turn.contender !== 'lading') return;
    const root = await copyFacts(turn);
    const open = await turn.start({ root });
    await waitForIndex(root, 'open');
    const openRate = await measure(turn, open, { id: 'open', headers: {} });
    await open.stop();
    addAccounts(turn, root);
    const closed = await turn.start({ root });
    await waitForIndex(root, 'accounts');
    const headers = { Authorization: `Bearer ${await fetchToken(closed)}` };
    const tokenRate = await measure(turn, closed, { id: 'token', headers });
    const value = 100 * (1 - tokenRate / openRate);
    await turn.measure('cost', closed, async () => ({ value, work: 1, cpuSeconds: 0 }));
  },
};

/** Of the volume that other scenarios adopt, too, Lading's own folder: the bytes of manifests are in it. */
async function copyFacts(turn: Turn): Promise<string> {
  const many = fixtureFor(turn, 'many');
  const adopting = await turn.start({ root: many.root, readyLimitMs: FIRST_START_LIMIT_MS });
  await adopting.stop();
  const root = join(turn.dir, 'facts');
  cpSync(join(many.root, 'lading'), join(root, 'lading'), { recursive: true });
  return root;
}

function addAccounts(turn: Turn, root: string): void {
  const lading = (args: readonly string[], input = '') =>
    execFileSync(join(CHECKOUT, 'bin', 'lading'), ['admin', ...args, '--root', root], { input });
  lading(['create', ADMINISTRATOR, '--password-stdin'], PASSWORD);
  // Nobody of them logs in: one hash will do for all.
  const hash = hashSync(PASSWORD, 5).replace(/^\$2b\$/, '$2y$');
  const file = join(turn.dir, 'users');
  writeFileSync(file, Array.from({ length: USERS }, (_, index) => `user${index}:${hash}\n`).join(''));
  lading(['import-htpasswd', file]);
}

/** Who changes from open to accounts has the search index made anew, which is work of its own. */
async function waitForIndex(root: string, mode: string): Promise<void> {
  for (let tried = 0; tried < INDEX_LIMIT_S; tried += 1) {
    const db = new DatabaseSync(join(root, 'lading', 'lading.db'), { readOnly: true });
    const row = db.prepare(`SELECT value FROM hub_state WHERE key = 'search_index'`).get();
    db.close();
    if (String(row?.value).endsWith(` ${mode}`)) {
      // What it wrote is still being taken over from the log into the database file.
      await wait(SETTLE_MS);
      return;
    }
    await wait(1_000);
  }
  throw new Error('The search index was not made in time.');
}

async function fetchToken({ url }: Server): Promise<string> {
  const credentials = Buffer.from(`${ADMINISTRATOR}:${PASSWORD}`).toString('base64');
  const asked = `${url}/token?service=lading&scope=repository:${REPOSITORY}:pull`;
  const answer = await fetch(asked, { headers: { Authorization: `Basic ${credentials}` } });
  const { token } = (await answer.json()) as { token?: string };
  if (token === undefined) throw new Error(`no token: ${answer.status}`);
  return token;
}

/** Answers requests a second. */
async function measure(
  turn: Turn,
  server: Server,
  { id, headers }: { id: string; headers: Readonly<Record<string, string>> },
): Promise<number> {
  const load = (durationMs: number) =>
    wrkLoad({
      url: `${server.url}/v2/${REPOSITORY}/manifests/${tagName(0)}`,
      connections: CONNECTIONS,
      durationMs,
      headers: { Accept: MANIFEST_TYPE, ...headers },
    });
  await load(WARM_UP_MS);
  let measured = 0;
  await turn.measure(id, server, async () => {
    const outcome = await load(turn.sizes.requestMs * 2);
    measured = outcome.value;
    return outcome;
  });
  return measured;
}
