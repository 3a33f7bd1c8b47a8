import assert from 'node:assert/strict';
import {
  ACCOUNT_PASSWORD,
  type AccountsServer,
  type BuiltImage,
  basicOf,
  buildImage,
  startAccountsServer,
} from '../../../src/testing/index.ts';
import { pushAs } from './push-as.ts';

/** One server with people who stay, and ever new organisations and users to try routes on. */
export interface World extends AsyncDisposable {
  readonly server: AccountsServer;
  /** `Authorization` headers. `eve` has an account and nothing else; `olga` owns every organisation. */
  readonly root: string;
  readonly eve: string;
  readonly olga: string;
  readonly image: BuiltImage;
  /** One that nothing was done to yet. */
  openOrganisation(): Promise<Organisation>;
  openUser(): Promise<OpenedUser>;
}

/** With a private repository `app` (tag `latest`), a team `devs` with `bob`, a robot `ci` with a token, a grant, a role, a rule. */
export interface Organisation {
  readonly name: string;
  readonly grant: string;
  /** Of federation. */
  readonly rule: string;
  readonly robotToken: string;
  /** A path below `/v2/`, of an upload that `olga` began. */
  readonly upload: string;
}

/** With a session, a device, a token. */
export interface OpenedUser {
  readonly name: string;
  readonly as: string;
  readonly session: string;
  readonly device: string;
  readonly token: string;
}

export async function openWorld(): Promise<World> {
  await using started = new AsyncDisposableStack();
  const server = started.use(await startAccountsServer());
  const { root, must } = server;
  const [eve, olga] = [await server.addUser('eve'), await server.addUser('olga')];
  await server.addUser('bob');
  await must('PUT /api/v1/categories/web', { as: root, body: { title: 'Web' } });
  const image = buildImage();
  let count = 0;

  async function openOrganisation(): Promise<Organisation> {
    count += 1;
    // Time for the limits on requests to fill up again.
    server.clock.advance(5_000);
    const name = `acme${count}`;
    const at = `/api/v1/organisations/${name}`;
    const inNamespace = `/api/v1/namespaces/${name}`;
    await must('POST /api/v1/organisations', { as: olga, body: { name } });
    await pushAs(server, olga, { repository: `${name}/app`, image });
    await must(`PUT ${at}/members/bob`, { as: olga, body: { role: 'reader' } });
    await must(`POST ${at}/teams`, { as: olga, body: { name: 'devs' } });
    await must(`PUT ${at}/teams/devs/members/bob`, { as: olga });
    await must(`POST ${at}/robots`, { as: olga, body: { name: 'ci' } });
    const token = await must(`POST ${at}/robots/ci/tokens`, {
      as: olga,
      body: { name: 'one', actions: ['pull'] },
    });
    await must(`PUT ${inNamespace}/roles/puller`, { as: olga, body: { actions: ['repository:pull'] } });
    const grant = await must(`POST ${inNamespace}/grants`, {
      as: olga,
      body: { subject: { kind: 'user', name: 'bob' }, role: 'puller', pattern: `${name}/app` },
    });
    const rule = await must(`POST ${at}/federation-rules`, {
      as: olga,
      body: {
        name: 'runners',
        issuer: 'https://token.actions.githubusercontent.com',
        audience: 'lading',
        claims: { sub: 'repo:acme/app:**' },
        actions: ['pull'],
        repositories: [`${name}/**`],
      },
    });
    const upload = await server.api(`POST /v2/${name}/app/blobs/uploads/`, { as: olga });
    const id = /uploads\/([^?]+)/.exec(upload.header('location') ?? '')?.[1] ?? '';
    return { name, grant: String(grant.id), rule: String(rule.id), robotToken: String(token.id), upload: id };
  }

  async function openUser(): Promise<OpenedUser> {
    count += 1;
    server.clock.advance(5_000);
    const name = `user${count}`;
    const as = await server.addUser(name);
    await must('POST /api/v1/session', { body: { name, password: ACCOUNT_PASSWORD } });
    await must('GET /token?service=lading&offline_token=true&client_id=test', { as: basicOf(name) });
    const first = async (list: string) => {
      const { items } = await must(`GET /api/v1/users/${name}/${list}`, { as });
      const [item] = items as { id: string }[];
      assert.ok(item, list);
      return item.id;
    };
    return {
      name,
      as,
      session: await first('sessions'),
      device: await first('devices'),
      token: await first('tokens'),
    };
  }

  const running = started.move();
  return {
    server,
    root,
    eve,
    olga,
    image,
    openOrganisation,
    openUser,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
