/** What accounts and roles let each client do, and what it says when they do not. */

import assert from 'node:assert/strict';
import { eventually } from '../faults/harness/eventually.ts';
import { openCrane, openHelm, openOras, openRegctl, openSkopeo } from './accounts/copiers.ts';
import { openBuildah, openContainerd, openDocker, openPodman } from './accounts/engines.ts';
import { type HubClient, type OpenHubClient, type Outcome, TAG } from './accounts/hub-client.ts';
import { HUB_PASSWORD, type Hub, type Login, type Scene, startHub, story } from './harness/index.ts';

const UNAUTHORIZED = /401|denied|unauthori[sz]ed|insufficient_scope|invalid username/i;

interface Kind {
  readonly needs: Parameters<typeof story>[1];
  readonly open: OpenHubClient;
  /** What it prints of a refused pull, push or deletion, where that is not the registry's sentence. */
  readonly keepsBack?: { readonly pull?: RegExp; readonly push?: RegExp; readonly delete?: RegExp };
  /** It shows its login to a search that was refused without one, and none is. */
  readonly searchesAsNobody?: true;
}

const CLIENTS: Readonly<Record<string, Kind>> = {
  docker: { needs: ['root', 'docker', 'dockerd'], open: openDocker },
  podman: {
    needs: ['root', 'podman', 'tar'],
    open: openPodman,
    searchesAsNobody: true,
  },
  buildah: { needs: ['root', 'buildah', 'tar'], open: openBuildah },
  ctr: {
    needs: ['root', 'containerd', 'ctr', 'tar'],
    open: openContainerd,
    keepsBack: {
      pull: /insufficient_scope: authorization failed/,
      push: /insufficient_scope: authorization failed/,
    },
  },
  skopeo: { needs: ['skopeo'], open: openSkopeo },
  // It begins a push with HEAD, whose answer has no body.
  crane: { needs: ['crane'], open: openCrane, keepsBack: { push: /401 Unauthorized/ } },
  oras: { needs: ['oras'], open: openOras },
  helm: { needs: ['helm'], open: openHelm, keepsBack: { push: /status code 401: Unauthorized/ } },
  regctl: {
    needs: ['regctl'],
    open: openRegctl,
    keepsBack: { pull: /unauthorized/, delete: /unauthorized/ },
  },
};

for (const [name, kind] of Object.entries(CLIENTS)) {
  story(`${name} does what roles let it, and is told what they do not`, kind.needs, async (scene) => {
    const hub = await startHub(scene);
    await furnish(hub);
    await act(scene, { hub, client: await kind.open(scene, hub.host), kind });
  });
}

interface Cast {
  readonly hub: Hub;
  readonly client: HubClient;
  readonly kind: Kind;
}

async function furnish({ api }: Hub): Promise<void> {
  for (const name of ['acme', 'rival']) await api('POST /organisations', { body: { name } });
  await api('POST /users', { body: { name: 'bob', password: HUB_PASSWORD } });
  const grants = [
    { subject: { kind: 'robot', name: 'acme+ci' }, role: 'writer', pattern: 'acme/**' },
    { subject: { kind: 'robot', name: 'acme+boss' }, role: 'maintainer', pattern: 'acme/**' },
    { subject: { kind: 'user', name: 'bob' }, role: 'reader', pattern: 'acme/secret' },
  ];
  for (const name of ['ci', 'boss']) await api('POST /organisations/acme/robots', { body: { name } });
  for (const grant of grants) await api('POST /namespaces/acme/grants', { body: grant });
}

async function act(scene: Scene, { hub, client, kind }: Cast): Promise<void> {
  const { keepsBack = {} } = kind;
  const digestOf = (repository: string) => hub.digestOf({ repository, tag: TAG });
  const become = async ({ user, secret }: Login) => {
    await client.logout();
    succeeded(await client.login(user, secret));
  };
  const pulls = async (repository: string) => {
    const pulled = await client.pull(repository);
    succeeded(pulled);
    const there = await digestOf(repository);
    assert.ok(there);
    assert.equal(pulled.digest, there, pulled.output);
  };

  await scene.step('an administrator pushes, and makes one repository public', async () => {
    await become(hub.administrator);
    for (const repository of ['acme/open', 'acme/secret']) succeeded(await client.push(repository));
    succeeded(await client.push('rival/vault', 'other'));
    await hub.api('PUT /repositories/acme/open/visibility', { body: { visibility: 'public' } });
  });

  await scene.step('nobody in particular pulls what is public, and learns nothing of the rest', async () => {
    await client.logout();
    await pulls('acme/open');
    const hidden = await client.pull('acme/secret');
    refused(hidden, keepsBack.pull ?? /Who is not logged in may not pull acme\/secret.* Log in first/);
    const missing = await client.pull('acme/nowhere');
    assert.equal(wordsOf(missing, 'acme/nowhere'), wordsOf(hidden, 'acme/secret'));
    refused(await client.push('acme/open', 'other'), UNAUTHORIZED);
  });

  await scene.step('a wrong secret is refused', async () => {
    const login = await client.login('acme+ci', 'lading_rob_wrong');
    const pulled = await client.pull('acme/open');
    refused(login.code === 0 ? pulled : login, UNAUTHORIZED);
    await client.logout();
  });

  await scene.step('a user logs in with a password, or a personal token', async () => {
    for (const secret of [
      HUB_PASSWORD,
      (await hub.createToken({ of: 'bob', actions: ['pull', 'push'] })).secret,
    ]) {
      await become({ user: 'bob', secret });
      await pulls('acme/secret');
      succeeded(await client.push('bob/tool'));
      await pulls('bob/tool');
    }
  });

  const ci = await hub.createToken({ of: 'acme+ci', actions: ['pull', 'push', 'delete'] });
  await scene.step('a robot pushes where it may, and pulls the same back', async () => {
    await become(ci);
    succeeded(await client.push('acme/built'));
    await pulls('acme/built');
    await pulls('acme/open');
  });

  await scene.step('elsewhere it is told why not, in the same words whether there is something', async () => {
    const before = await digestOf('rival/vault');
    const pushed = await client.push('rival/vault');
    refused(
      pushed,
      keepsBack.push ??
        /acme\+ci may not pull( and push)? rival\/vault, or it does not exist\. Ask an owner of rival/,
    );
    const nothing = await client.push('rival/nothing');
    assert.equal(wordsOf(nothing, 'rival/nothing'), wordsOf(pushed, 'rival/vault'));
    assert.equal(await digestOf('rival/vault'), before);
    const pulled = await client.pull('rival/vault');
    refused(pulled, keepsBack.pull ?? /acme\+ci may not pull rival\/vault/);
  });

  await scene.step('layers that it may not pull are not mounted, but sent', async () => {
    await become(hub.administrator);
    await pulls('rival/vault');
    await become(ci);
    succeeded(await client.push('acme/fresh', 'other'));
    const { mounted, sent } = hub.uploadsTo('acme/fresh');
    assert.equal(mounted, 0);
    assert.ok(sent > 0);
    await pulls('acme/fresh');
  });

  const { copy, delete: remove, search } = client;
  if (copy) {
    await scene.step('a copy mounts what it may pull, and gets nothing of what it may not', async () => {
      succeeded(await copy('acme/secret', 'acme/copied'));
      assert.equal(await digestOf('acme/copied'), await digestOf('acme/secret'));
      assert.ok(hub.uploadsTo('acme/copied').mounted > 0);
      const stolen = await copy('rival/vault', 'acme/stolen');
      refused(stolen, keepsBack.pull ?? /acme\+ci may not pull rival\/vault/);
      assert.equal(await digestOf('acme/stolen'), undefined);
    });
  }

  if (search) {
    await scene.step('search finds what the asker may see', async () => {
      await untilFound(hub, 'fresh');
      const found = async () => [...(await search('acme'))].sort();
      const all = ['acme/built', 'acme/fresh', 'acme/open', 'acme/secret'];
      assert.deepEqual(await found(), kind.searchesAsNobody ? ['acme/open'] : all);
      await client.logout();
      assert.deepEqual(await found(), ['acme/open']);
    });
  }

  if (remove) {
    await scene.step('a writer does not delete, a maintainer does', async () => {
      await become(ci);
      const refusedOne = await remove('acme/built');
      refused(refusedOne, keepsBack.delete ?? /acme\+ci may not (\w+ and )*delete acme\/built/);
      assert.ok(await digestOf('acme/built'));
      await become(await hub.createToken({ of: 'acme+boss', actions: ['pull', 'delete'] }));
      succeeded(await remove('acme/built'));
      assert.equal(await digestOf('acme/built'), undefined);
    });
  }

  await scene.step('a token that was taken back is worth nothing for the next pull', async () => {
    await become(ci);
    await pulls('acme/secret');
    await ci.revoke();
    const pulled = await client.pull('acme/secret');
    refused(pulled, UNAUTHORIZED);
  });
}

/** An index follows a push a moment later. */
async function untilFound({ api }: Hub, term: string): Promise<void> {
  await eventually(async () =>
    assert.ok((await api(`GET /search?q=${term}`)).items?.length, `${term} was not found`),
  );
}

function succeeded({ code, output }: Outcome): void {
  assert.equal(code, 0, output);
}

function refused({ code, output }: Outcome, why: RegExp): void {
  assert.notEqual(code, 0, output);
  assert.match(output, why);
}

/** The registry's words in what a client printed: the rest has times in it, and the order of what runs at once. */
function wordsOf({ code, output }: Outcome, repository: string): string {
  const words = output
    .replaceAll(repository, 'REPOSITORY')
    .match(
      /\b40\d\b|[\w+]+ may not [\w ]+|denied|unauthori[sz]ed|insufficient_scope|not found|\w+ unknown/gi,
    );
  return `${code}: ${[...new Set(words)].sort().join('; ')}`;
}
