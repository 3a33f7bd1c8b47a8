/** Clients that keep what they pull in files: skopeo, crane, regctl, oras, helm. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Scene, sha256 } from '../harness/index.ts';
import { layoutOf } from './engines.ts';
import { lastDigestIn, type OpenHubClient, TAG } from './hub-client.ts';

/** Runs a program, whatever its exit code. */
function attemptsOf(scene: Scene, program: string) {
  return (args: readonly string[], input = '') => scene.run(program, args, { input, expect: 'any' });
}

/** Makes a new folder for each pull. */
function foldersOf(scene: Scene) {
  let count = 0;
  return () => {
    const dir = scene.path('pulled', String(count++));
    mkdirSync(dirname(dir), { recursive: true });
    return dir;
  };
}

/** The digest of what a layout was made for, by the bytes that it has. */
function digestInLayout(dir: string): string {
  const { manifests }: { manifests: { digest: string }[] } = JSON.parse(
    readFileSync(`${dir}/index.json`, 'utf8'),
  );
  return sha256(readFileSync(`${dir}/blobs/${manifests[0]?.digest.replace(':', '/')}`));
}

export const openSkopeo: OpenHubClient = (scene, host) => {
  const skopeo = attemptsOf(scene, 'skopeo');
  const newFolder = foldersOf(scene);
  const layouts = { app: layoutOf(scene, 'app'), other: layoutOf(scene, 'other') };
  const remote = (repository: string) => `docker://${host}/${repository}:${TAG}`;
  const copy = (from: string, to: string) =>
    skopeo(['copy', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]);
  return {
    login: (user, secret) =>
      skopeo(['login', '--tls-verify=false', '-u', user, '--password-stdin', host], secret),
    logout: () => skopeo(['logout', host]),
    push: (repository, image = 'app') => copy(`oci:${layouts[image]}:v1`, remote(repository)),
    async pull(repository) {
      const dir = newFolder();
      const result = await copy(remote(repository), `dir:${dir}`);
      const digest = result.code === 0 ? sha256(readFileSync(`${dir}/manifest.json`)) : undefined;
      return { ...result, digest };
    },
    copy: (from, to) => copy(remote(from), remote(to)),
    delete: (repository) => skopeo(['delete', '--tls-verify=false', remote(repository)]),
  };
};

export const openCrane: OpenHubClient = (scene, host) => {
  const crane = attemptsOf(scene, 'crane');
  const newFolder = foldersOf(scene);
  const layouts = { app: layoutOf(scene, 'app'), other: layoutOf(scene, 'other') };
  const remote = (repository: string) => `${host}/${repository}:${TAG}`;
  return {
    login: (user, secret) => crane(['auth', 'login', host, '-u', user, '--password-stdin'], secret),
    logout: () => crane(['auth', 'logout', host]),
    push: (repository, image = 'app') => crane(['push', layouts[image], remote(repository)]),
    async pull(repository) {
      const dir = newFolder();
      const result = await crane(['pull', '--format', 'oci', remote(repository), dir]);
      return { ...result, digest: result.code === 0 ? digestInLayout(dir) : undefined };
    },
    copy: (from, to) => crane(['copy', remote(from), remote(to)]),
    delete: (repository) => crane(['delete', remote(repository)]),
  };
};

export const openRegctl: OpenHubClient = async (scene, host) => {
  const regctl = attemptsOf(scene, 'regctl');
  const newFolder = foldersOf(scene);
  const layouts = { app: layoutOf(scene, 'app'), other: layoutOf(scene, 'other') };
  const remote = (repository: string) => `${host}/${repository}:${TAG}`;
  const copy = (from: string, to: string) => regctl(['image', 'copy', from, to]);
  await regctl(['registry', 'set', host, '--tls', 'disabled']);
  return {
    login: (user, secret) => regctl(['registry', 'login', host, '-u', user, '--pass-stdin'], secret),
    logout: () => regctl(['registry', 'logout', host]),
    push: (repository, image = 'app') => copy(`ocidir://${layouts[image]}:v1`, remote(repository)),
    async pull(repository) {
      const dir = newFolder();
      const result = await copy(remote(repository), `ocidir://${dir}:v1`);
      return { ...result, digest: result.code === 0 ? digestInLayout(dir) : undefined };
    },
    copy: (from, to) => copy(remote(from), remote(to)),
    delete: (repository) => regctl(['manifest', 'delete', '--force-tag-dereference', remote(repository)]),
  };
};

export const openOras: OpenHubClient = (scene, host) => {
  const oras = attemptsOf(scene, 'oras');
  const newFolder = foldersOf(scene);
  const remote = (repository: string) => `${host}/${repository}:${TAG}`;
  for (const image of ['app', 'other']) writeFileSync(scene.path(image), `${image} of ${scene.dir}`);
  return {
    login: (user, secret) => oras(['login', '--plain-http', '-u', user, '--password-stdin', host], secret),
    logout: () => oras(['logout', host]),
    push: (repository, image = 'app') =>
      oras([
        'push',
        '--plain-http',
        '--no-tty',
        '--artifact-type',
        'application/x.story',
        remote(repository),
        image,
      ]),
    async pull(repository) {
      const result = await oras(['pull', '--plain-http', '--no-tty', '-o', newFolder(), remote(repository)]);
      return { ...result, digest: lastDigestIn(result.stdout) };
    },
    copy: (from, to) =>
      oras(['cp', '--no-tty', '--from-plain-http', '--to-plain-http', remote(from), remote(to)]),
    delete: (repository) => oras(['manifest', 'delete', '--plain-http', '--force', remote(repository)]),
  };
};

export const openHelm: OpenHubClient = (scene, host) => {
  const helm = attemptsOf(scene, 'helm');
  const newFolder = foldersOf(scene);
  return {
    login: (user, secret) =>
      helm(['registry', 'login', host, '--plain-http', '-u', user, '--password-stdin'], secret),
    logout: () => helm(['registry', 'logout', host]),
    // A chart is called as the last part of the repository is, so that each repository has its own.
    async push(repository, image = 'app') {
      const name = basename(repository);
      mkdirSync(scene.path(name), { recursive: true });
      const chart = `apiVersion: v2\nname: ${name}\nversion: ${TAG}\ndescription: ${image}\n`;
      writeFileSync(scene.path(name, 'Chart.yaml'), chart);
      await scene.run('helm', ['package', name]);
      return await helm([
        'push',
        `${name}-${TAG}.tgz`,
        `oci://${host}/${dirname(repository)}`,
        '--plain-http',
      ]);
    },
    async pull(repository) {
      const dir = newFolder();
      mkdirSync(dir);
      const chart = ['pull', `oci://${host}/${repository}`, '--version', TAG, '--plain-http', '-d', dir];
      const result = await helm(chart);
      return { ...result, digest: lastDigestIn(result.output) };
    },
  };
};
