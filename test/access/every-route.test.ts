import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RouteRecord } from '../../src/http/index.ts';
import { type Answer, startAccountsServer } from '../../src/testing/index.ts';
import { bodies, type Expectation, expectations, refusedForContent } from './harness/expectations.ts';
import { type OpenedUser, type Organisation, openWorld, type World } from './harness/open-world.ts';

const NO_ID = '00000000-0000-4000-8000-000000000000';
const { routes } = await listRoutes();
let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world[Symbol.asyncDispose]());

test('somebody has thought about every route', () => {
  const known = Object.values(expectations).flat();
  const names = new Set(routes.map(({ name }) => name));
  assert.deepEqual(
    [...names].filter((name) => !known.includes(name)),
    [],
    'say in harness/expectations.ts who may',
  );
  assert.deepEqual(
    known.filter((name) => !names.has(name)),
    [],
    'there is no such route any more',
  );
  assert.equal(new Set(known).size, known.length, 'a route stands there twice');
});

const somewhere = { name: 'gone', grant: NO_ID, rule: NO_ID, robotToken: NO_ID, upload: NO_ID };

const checks: Readonly<Record<Expectation, (route: RouteRecord) => void>> = {
  public(route) {
    test('answers anybody, whatever was sent as credentials', async () => {
      for (const as of [undefined, 'Bearer nonsense']) {
        const { status } = await send(route, await world.openOrganisation(), as);
        // What logs in looks at its own words, and says when they are wrong.
        assert.ok(status < 500 && status !== 403, String(status));
      }
    });
  },

  optional(route) {
    test('answers anybody, and refuses worthless credentials', async () => {
      const organisation = await world.openOrganisation();
      const anybody = await send(route, organisation);
      assert.equal(anybody.status, 200);
      assertShowsNothingOf(anybody, organisation);
      const stranger = await send(route, organisation, world.eve);
      assert.equal(stranger.status, 200);
      assertShowsNothingOf(stranger, organisation);
      assertRefusal(route, await send(route, organisation, 'Bearer nonsense'), 401);
    });
  },

  everybody(route) {
    refusesAnybody(route);
    test('lets in who is logged in, and shows nothing of others', async () => {
      const organisation = await world.openOrganisation();
      const answer = await send(route, organisation, world.eve, bodies[route.name]?.(organisation.name));
      assert.ok(![401, 403, 404].includes(answer.status), `${answer.status} ${answer.body}`);
      if (route.name !== 'access.explain') assertShowsNothingOf(answer, organisation);
    });
  },

  registry(route) {
    refusesAnybody(route);
    test('a stranger is refused, and learns nothing', async () => {
      const there = await send(route, await world.openOrganisation(), world.eve);
      assertRefusal(route, there, 401);
      assertSame(there, await send(route, somewhere, world.eve));
    });
    test('the owner is let in', () => assertLetIn(route, world.olga));
  },

  hidden(route) {
    refusesAnybody(route);
    test('to a stranger it is not there, in the words for what is not there', async () => {
      const target = await open(route);
      const there = await send(route, target, world.eve);
      assertRefusal(route, there, 404);
      assertSame(there, await send(route, missingLike(target), world.eve));
    });
    // `bob` himself, for whom an administrator stands here.
    const who = () => (route.path.startsWith('/api/v1/users/{user}') ? world.root : world.olga);
    test('who may is let in', () => assertLetIn(route, who()));
  },

  'docker-hub'(route) {
    for (const [who, as] of [
      ['anybody', () => undefined],
      ['a stranger', () => world.eve],
    ] as const) {
      test(`to ${who} it is not there, in the words for what is not there`, async () => {
        const there = await send(route, await world.openOrganisation(), as());
        assertRefusal(route, there, 404);
        assertSame(there, await send(route, somewhere, as()));
      });
    }
    test('worthless credentials are refused', async () => {
      assertRefusal(route, await send(route, await world.openOrganisation(), 'Bearer nonsense'), 401);
    });
    test('anybody sees what is public', async () => {
      const target = await world.openOrganisation();
      const body = { visibility: 'public' };
      await world.server.must(`PUT /api/v1/repositories/${target.name}/app/visibility`, {
        as: world.olga,
        body,
      });
      for (const as of [undefined, world.eve]) assert.equal((await send(route, target, as)).status, 200);
    });
    test('the owner is let in', () => assertLetIn(route, world.olga));
  },

  told(route) {
    refusesAnybody(route);
    test('a stranger is refused in the same words for what is not there', async () => {
      const target = await world.openOrganisation();
      const body = (name: string) => bodies[route.name]?.(name);
      const there = await send(route, target, world.eve, body(target.name));
      assertRefusal(route, there, 403);
      assertSame(there, await send(route, somewhere, world.eve, body('gone')));
    });
    test('the owner is let in', () => assertLetIn(route, world.olga));
  },

  administrators(route) {
    refusesAnybody(route);
    test('nobody else is let in, in the same words for what is not there', async () => {
      const target = await open(route);
      const self = 'as' in target ? [target.as] : [];
      for (const as of [world.eve, world.olga, ...self]) {
        const there = await send(route, target, as);
        assertRefusal(route, there, route.surface === 'api' ? 403 : 401);
        assertSame(there, await send(route, missingLike(target), as));
      }
    });
    test('an administrator is let in', () => assertLetIn(route, world.root));
  },
};

for (const route of routes) {
  const expectation = expectationOf(route.name);
  if (expectation === undefined) continue;
  describe(`${route.method} ${route.path} (${route.name}): ${expectation}`, () => {
    checks[expectation](route);
  });
}

function refusesAnybody(route: RouteRecord): void {
  test('nobody without a login, in the same words for what is not there', async () => {
    const target = await open(route);
    const there = await send(route, target);
    assertRefusal(route, there, 401);
    assertSame(there, await send(route, missingLike(target)));
  });
}

async function assertLetIn(route: RouteRecord, as: string): Promise<void> {
  const target = await open(route);
  const body = bodies[route.name]?.(target.name);
  const sender = 'as' in target && as !== world.root ? target.as : as;
  const answer = await send(route, target, sender, body);
  const said = `${answer.status} ${answer.body}`;
  assert.ok(![401, 403, 404].includes(answer.status), said);
  if (!refusedForContent.includes(route.name)) assert.ok(answer.status < 300, said);
}

type Target = Organisation | OpenedUser;

function open(route: RouteRecord): Promise<Target> {
  return route.path.startsWith('/api/v1/users/{name}') ? world.openUser() : world.openOrganisation();
}

function missingLike(target: Target): Target {
  return 'as' in target ? { ...target, name: 'gone' } : somewhere;
}

async function send(route: RouteRecord, target: Target, as?: string, body?: object): Promise<Answer> {
  const line = `${route.method} ${pathOf(route, target)}`;
  if (route.surface === 'api') return world.server.api(line, { as, ...(body && { body }) });
  const { mediaType, content } = world.image.manifest;
  const [, layer] = world.image.blobs;
  const headers = as === undefined ? {} : { Authorization: as };
  switch (route.name) {
    case 'manifest.put':
      return world.server.raw(line, { headers: { ...headers, 'Content-Type': mediaType }, body: content });
    case 'upload.append':
      return world.server.raw(line, { headers, body: 'some bytes' });
    case 'upload.finish':
      return world.server.raw(`${line}?digest=${layer?.digest}`, { headers, body: layer?.bytes ?? '' });
    default:
      return world.server.raw(line, { headers });
  }
}

/** The route's path, about the target's things. */
function pathOf(route: RouteRecord, target: Target): string {
  const { name } = route;
  const user = 'as' in target ? target : undefined;
  const organisation = 'grant' in target ? target : undefined;
  const ids: Record<string, string | undefined> = {
    'user.session.delete': user?.session,
    'user.device.delete': user?.device,
    'user.token.delete': user?.token,
    'organisation.robot.token.delete': organisation?.robotToken,
    'organisation.federation-rule.delete': organisation?.rule,
  };
  const values: Record<string, string | undefined> = {
    'name+': route.path.includes('{namespace}') ? 'app' : `${target.name}/app`,
    name: target.name,
    organisation: target.name,
    namespace: target.name,
    user: 'bob',
    team: 'devs',
    robot: 'ci',
    role: 'puller',
    grant: organisation?.grant,
    id: ids[name] ?? organisation?.upload,
    digest: world.image.blobs[1]?.digest,
    reference: [
      'manifest.delete',
      'repository.manifest.get',
      'repository.manifest.delete',
      'repository.referrer.list',
    ].includes(name)
      ? world.image.manifest.digest
      : 'latest',
    tag: 'latest',
    slug: 'web',
    file: 'docs.css',
  };
  const path = route.path.replace(/\{([^}]+)\}/g, (_, parameter: string) => values[parameter] ?? 'missing');
  if (name.startsWith('audit.')) return `${path}?namespace=${target.name}`;
  if (name === 'access.explain') return `${path}?action=pull&resource=repository:${target.name}/app`;
  if (name === 'docker-hub.search') return `${path}?query=app`;
  if (name === 'search.run' || name === 'v1.search') return `${path}?q=app`;
  return path;
}

/** One of the two forms of errors that there are, and a challenge with every 401. */
function assertRefusal(route: RouteRecord, answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.body.toString());
  const isRegistry = route.surface !== 'api';
  const isHub = route.errorWords === 'docker-hub';
  const isProblem = !isRegistry && !isHub;
  assert.equal(answer.header('content-type'), isProblem ? 'application/problem+json' : 'application/json');
  if (status === 401) {
    assert.equal(answer.count('www-authenticate'), 1);
    assert.match(answer.header('www-authenticate') ?? '', /^Bearer /);
  }
  if (route.method === 'HEAD') return;
  const body = answer.json() as {
    errors?: { code: string; message: string }[];
    code?: string;
    status?: number;
  };
  if (isRegistry) assert.match(body.errors?.[0]?.code ?? '', /^(UNAUTHORIZED|DENIED)$/);
  else if (isHub) assert.deepEqual(Object.keys(body).sort(), ['detail', 'message']);
  else assert.equal(body.status, status);
}

/** Equal but for the name that was asked for and the number of the request. */
function assertSame(there: Answer, missing: Answer): void {
  const shape = ({ status, body, header }: Answer) =>
    [status, header('www-authenticate'), body]
      .join('\n')
      .replaceAll(/"request_id":"[^"]*"/g, '')
      .replaceAll(/\b(acme|user)\d+\b|\bgone\b/g, 'NAME');
  assert.equal(shape(missing), shape(there));
}

function assertShowsNothingOf({ body }: Answer, { name }: Organisation): void {
  assert.equal(body.toString().includes(name), false, body.toString());
}

function expectationOf(name: string): Expectation | undefined {
  const found = Object.entries(expectations).find(([, names]) => names.includes(name));
  return found?.[0] as Expectation | undefined;
}

/** Before the tests, which are made of them. */
async function listRoutes(): Promise<{ routes: readonly RouteRecord[] }> {
  await using server = await startAccountsServer();
  return { routes: server.routes };
}
