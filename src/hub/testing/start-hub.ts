import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBlobStore } from '../../blob/index.ts';
import { openSqlite } from '../../db/index.ts';
import { createDistribution, distributionMigrations } from '../../distribution/index.ts';
import { type Actor, answer, createRouter, type Guard, listen } from '../../http/index.ts';
import { createEventRunner } from '../../jobs/index.ts';
import type { AuditEntry, AuditTrail } from '../../rest/index.ts';
import { type Answer, ask, createCapturingLogger, createFakeClock } from '../../testing/index.ts';
import { createContentReader } from '../content/content-reader.ts';
import {
  type ApiLogins,
  createHub,
  createUsage,
  type HubOptions,
  type HubTables,
  hubMigrations,
  type RepositoryAccess,
} from '../index.ts';

export function userNamed(name: string, isAdministrator = false): Actor {
  return {
    kind: 'user',
    name,
    // Of the name, so that each has another.
    accountId: Number.parseInt(Buffer.from(name).subarray(0, 6).toString('hex'), 16),
    isAdministrator,
    credential: { kind: 'password', id: undefined, scope: undefined },
  };
}

/** `root` may everything, others what `may` says; whoever sends `X-User` is that user. */
function guardFor(may: (actor: Actor | undefined, action: string, name: string) => boolean): Guard {
  return {
    async admit({ access, header }) {
      const name = header('x-user');
      const actor = name === undefined ? undefined : userNamed(name, name === 'root');
      const allowed = (one: Exclude<typeof access, string>) =>
        name === 'root' || one.actions.every((action) => may(actor, action, one.name));
      if (typeof access !== 'string') assert.ok(allowed(access), 'the guard refuses');
      return { actor, may: async (one) => allowed(one) };
    },
  };
}

/** Registry and hub over HTTP, SQLite and memory. */
export async function startHub(
  options: {
    access?: RepositoryAccess;
    switches?: Partial<HubOptions['switches']>;
    apiLogins?: ApiLogins;
    may?: (actor: Actor | undefined, action: string, name: string) => boolean;
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'lading-hub-'));
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const db = await openSqlite<HubTables>({
    file: join(folder, 'test.db'),
    migrations: [...distributionMigrations, ...hubMigrations],
  });
  const blobs = createMemoryBlobStore({ clock });
  const audited: AuditEntry[] = [];
  const audit: AuditTrail = {
    // As the log keeps it.
    record: async (_, entry) => void audited.push(JSON.parse(JSON.stringify(entry))),
    refused() {},
  };
  const usage = createUsage({ db, clock, log, onEvents: () => {} });
  const distribution = { blobs, db, clock, log, onTreeChange() {}, onEvents() {}, usage };
  const { allReadable } = await import('../repository-access.ts');
  const switches = { deleteEnabled: true, readOnly: false, ...options.switches };
  const { apiLogins } = options;
  const needs = { db, distribution, access: options.access ?? allReadable, audit };
  const context = { ...needs, reader: createContentReader(distribution) };
  const hub = createHub(needs, { switches, apiLogins });
  const runner = createEventRunner({ db, subscribers: hub.subscribers, clock, log });
  const registry = createDistribution(distribution, {
    deleteEnabled: true,
    readOnly: false,
    catalogMaxEntries: 1000,
    sparseManifests: false,
  });
  const answerOptions = {
    router: createRouter([...registry.routes, ...hub.routes]),
    guard: guardFor(options.may ?? (() => true)),
    clock,
    log,
    headers: {},
    prefix: '/',
    externalUrl: undefined,
    onFinished() {},
    isDraining: () => false,
  };
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    http2: false,
    onRequest: (request, response) => void answer(request, response, answerOptions),
  });
  const server = { port: listener.address.port };
  return {
    ...server,
    context,
    hub,
    runner,
    usage,
    clock,
    log,
    db,
    audited,
    /** One request of the API; `who` is a user's name. */
    api(line: string, who?: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
      return ask(server, line, {
        headers: {
          ...(who !== undefined && { 'X-User': who }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
    async [Symbol.asyncDispose]() {
      await listener.close(0);
      await usage.close();
      await runner.close();
      await hub.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
