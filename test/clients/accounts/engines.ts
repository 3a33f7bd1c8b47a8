/** Clients with a store of images: docker, podman, buildah, containerd. */

import { writeFileSync } from 'node:fs';
import { createLayout, type Scene, startContainerd, startDockerd, tarOf } from '../harness/index.ts';
import { type HubClient, type Image, lastDigestIn, type OpenHubClient, TAG } from './hub-client.ts';

const IMAGES: readonly Image[] = ['app', 'other'];
const PLAIN = '--tls-verify=false';

/** The folder of an OCI layout with that image in it, tagged `v1`. */
export function layoutOf(scene: Scene, image: Image): string {
  const { dir, addImage } = createLayout(scene.path('images', image));
  addImage({ content: `${image} of ${scene.dir}`, tag: 'v1' });
  return dir;
}

/** The same as one file. */
async function archiveOf(scene: Scene, image: Image): Promise<string> {
  const path = scene.path(`${image}.tar`);
  await scene.run('tar', ['-C', layoutOf(scene, image), '-cf', path, '.']);
  return path;
}

export const openDocker: OpenHubClient = async (scene, host) => {
  const { docker } = await startDockerd(scene);
  const attempt = (args: readonly string[], input = '') => docker(args, { input, expect: 'any' });
  for (const image of IMAGES) {
    writeFileSync(scene.path(`${image}.tar`), tarOf('content', Buffer.from(image)));
    await docker(['import', scene.path(`${image}.tar`), `${image}:local`]);
  }
  return {
    login: (user, secret) => attempt(['login', '-u', user, '--password-stdin', host], secret),
    logout: () => docker(['logout', host]),
    async push(repository, image = 'app') {
      const name = `${host}/${repository}:${TAG}`;
      await docker(['tag', `${image}:local`, name]);
      return await attempt(['push', name]);
    },
    async pull(repository) {
      const name = `${host}/${repository}:${TAG}`;
      const result = await attempt(['pull', name]);
      return { ...result, digest: lastDigestIn(result.output) };
    },
    async search(term) {
      return namesIn((await attempt(['search', '--format', '{{.Name}}', `${host}/${term}`])).stdout);
    },
  };
};

export const openPodman: OpenHubClient = async (scene, host) => {
  const options = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];
  const program = (store: string) => (args: readonly string[], input?: string) => {
    const places = ['--root', scene.path(store), '--runroot', scene.path('run', store)];
    const all = [...places, '--tmpdir', scene.path('libpod', store), ...options, ...args];
    return scene.run('podman', all, { expect: 'any', ...(input !== undefined && { input }) });
  };
  return {
    ...(await containersClient({ scene, host, program })),
    async search(term) {
      const found = await program('local')(['search', PLAIN, '--format', '{{.Name}}', `${host}/${term}`]);
      return namesIn(found.stdout).map((name) => name.replace(`${host}/`, ''));
    },
  };
};

export const openBuildah: OpenHubClient = (scene, host) =>
  containersClient({
    scene,
    host,
    program: (store) => (args, input) => {
      const places = ['--root', scene.path(store), '--runroot', scene.path('run', store)];
      const all = [...places, '--storage-driver', 'vfs', ...args];
      return scene.run('buildah', all, { expect: 'any', ...(input !== undefined && { input }) });
    },
  });

interface ContainersProgram {
  readonly scene: Scene;
  readonly host: string;
  program(store: string): (args: readonly string[], input?: string) => ReturnType<Scene['run']>;
}

/** podman and buildah, which have these commands in common. Pulls go to a store of their own, so that nothing is there. */
async function containersClient({ scene, host, program }: ContainersProgram): Promise<HubClient> {
  const local = program('local');
  const fresh = program('fresh');
  const ids = new Map<Image, string>();
  for (const image of IMAGES) {
    // An archive, as a folder's path becomes a name, in which podman wants no capitals.
    const { code, stdout, output } = await local(['pull', `oci-archive:${await archiveOf(scene, image)}`]);
    if (code !== 0) throw new Error(output);
    ids.set(image, stdout.trim());
  }
  return {
    login: (user, secret) => local(['login', PLAIN, '-u', user, '--password-stdin', host], secret),
    logout: () => local(['logout', host]),
    push: (repository, image = 'app') =>
      local(['push', PLAIN, ids.get(image) ?? '', `docker://${host}/${repository}:${TAG}`]),
    async pull(repository) {
      const name = `${host}/${repository}:${TAG}`;
      await fresh(['rmi', '--all', '--force']);
      const result = await fresh(['pull', PLAIN, name]);
      const { stdout } = await fresh(['images', '--digests', '--format', '{{.Digest}}', name]);
      return { ...result, digest: lastDigestIn(stdout) };
    },
  };
}

export const openContainerd: OpenHubClient = async (scene, host) => {
  const { ctr } = await startContainerd(scene);
  const attempt = (args: readonly string[]) => ctr(args, { expect: 'any' });
  let login: readonly string[] = [];
  const archives = { app: await archiveOf(scene, 'app'), other: await archiveOf(scene, 'other') };
  return {
    // It keeps no login: each command is told.
    login: async (user, secret) => {
      login = ['-u', `${user}:${secret}`];
      return { code: 0, output: '' };
    },
    logout: async () => {
      login = [];
    },
    async push(repository, image = 'app') {
      const load = ['images', 'import', '--all-platforms', '--no-unpack', '--base-name', `local/${image}`];
      await ctr([...load, archives[image]]);
      const name = `${host}/${repository}:${TAG}`;
      return await attempt(['images', 'push', '--plain-http', ...login, name, `local/${image}:v1`]);
    },
    async pull(repository) {
      const name = `${host}/${repository}:${TAG}`;
      const present = namesIn((await ctr(['images', 'ls', '-q'])).stdout);
      if (present.length > 0) await ctr(['images', 'rm', '--sync', ...present]);
      const fetch = ['content', 'fetch', '--plain-http', '--all-platforms', ...login, name];
      const result = await attempt(fetch);
      return { ...result, digest: lastDigestIn((await ctr(['images', 'ls', `name==${name}`])).stdout) };
    },
  };
};

function namesIn(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}
