/** Builds the image without pulling anything: on a base made of Debian's packages and of the npm of this machine. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Dockerd, Scene } from '../clients/harness/index.ts';
import { CHECKOUT, findTool } from '../clients/harness/tools.ts';

const BASE = 'local/build-base:1';
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const;

/**
 * A root file system like that of the image that the Dockerfile names: Debian, Node and npm. Made once for this checkout.
 * Returns a tar archive.
 */
export async function makeBase(scene: Scene): Promise<string> {
  const { mirror, suite } = findMirror();
  const archive = join(CHECKOUT, '.cache', `image-base-${suite}-node-${process.versions.node}.tar`);
  if (existsSync(archive)) return archive;
  const root = scene.path('base');
  const options = ['--variant=minbase', '--include=libatomic1', suite, root, mirror];
  await scene.run('debootstrap', options, { timeoutMs: 300_000 });
  for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/locale', 'usr/share/man']) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
  await addNpm(scene, root);
  mkdirSync(dirname(archive), { recursive: true });
  await scene.run('tar', ['-C', root, '-cf', `${archive}.part`, '.']);
  renameSync(`${archive}.part`, archive);
  rmSync(root, { recursive: true });
  return archive;
}

/** Imports the base, and builds the Dockerfile of this checkout on it. */
export async function buildImage({ docker }: Dockerd, archive: string, tag: string): Promise<void> {
  await docker(['import', archive, BASE]);
  const proxies = PROXIES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : ['--build-arg', `${name}=${value}`];
  });
  const options = ['--network', 'host', '--build-arg', `BUILD_BASE=${BASE}`, ...proxies, '--tag', tag];
  await docker(['build', ...options, CHECKOUT], { timeoutMs: 300_000 });
}

/** This machine's own Debian mirror and release, from where apt reads them. */
function findMirror(): { mirror: string; suite: string } {
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...readdirSync(folder).map((name) => join(folder, name))];
  for (const text of files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))) {
    const line = new RegExp(`^deb (?:\\[.*\\] )?(\\S+) ${suite} main`, 'm').exec(text)?.[1];
    if (line !== undefined) return { mirror: line, suite };
    for (const stanza of text.split(/\n\s*\n/)) {
      const suites = /^Suites:(.*)$/m.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
      const mirror = /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
      if (mirror !== undefined && suites.includes(suite)) return { mirror, suite };
    }
  }
  throw new Error(`/etc/apt names no mirror of ${suite}`);
}

/** Node and npm where the Node image of Docker Hub has them, and what this machine's npm knows of the network. */
async function addNpm(scene: Scene, root: string): Promise<void> {
  const local = join(root, 'usr/local');
  const npm = dirname(dirname(realpathSync(findTool('npm') ?? 'npm')));
  for (const folder of ['bin', 'etc', 'lib/node_modules'])
    mkdirSync(join(local, folder), { recursive: true });
  cpSync(process.execPath, join(local, 'bin/node'), { dereference: true });
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await scene.run('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm')]);

  const asked = await scene.run('npm', ['config', 'get', 'registry', 'cafile'], {
    env: { HOME: process.env.HOME },
  });
  const config = new Map([...asked.stdout.matchAll(/^(\w+)=(.+)$/gm)].map(([, key, value]) => [key, value]));
  const settings = [`registry=${config.get('registry')}`];
  const authorities = [
    config.get('cafile'),
    process.env.NODE_EXTRA_CA_CERTS,
    '/etc/ssl/certs/ca-certificates.crt',
  ].find((path) => path && existsSync(path));
  if (authorities !== undefined) {
    const inside = '/etc/ssl/certs/ca-certificates.crt';
    mkdirSync(join(root, dirname(inside)), { recursive: true });
    cpSync(authorities, join(root, inside), { dereference: true });
    settings.push(`cafile=${inside}`);
  }
  writeFileSync(join(local, 'etc/npmrc'), `${settings.join('\n')}\n`);
}
