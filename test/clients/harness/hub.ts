/** A registry with accounts as an operator sets it up, and eyes on what reaches it. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { ask, askManifest, sha256 } from './http.ts';
import { type Registry, startLading } from './registry.ts';
import type { Scene } from './scene.ts';

const ADMINISTRATOR = 'ada';
export const HUB_PASSWORD = 'correct horse battery';

export interface Login {
  readonly user: string;
  readonly secret: string;
}

export interface Token extends Login {
  /** Takes the token back. */
  revoke(): Promise<unknown>;
}

export interface TokenRequest {
  /** `acme+ci` or `bob`. */
  readonly of: string;
  readonly actions: readonly ('pull' | 'push' | 'delete' | 'admin')[];
}

export interface ApiAsk {
  readonly body?: object;
  readonly as?: Login;
}

/** The parts of answers that stories read. */
export interface ApiAnswer {
  readonly id?: string;
  readonly secret?: string;
  readonly items?: readonly unknown[];
}

export interface Hub {
  readonly registry: Registry;
  readonly host: string;
  readonly administrator: Login;
  /** `METHOD PATH`, the path below `/api/v1`, as the administrator unless `as` says who; fails where that is refused. */
  api(line: string, ask?: ApiAsk): Promise<ApiAnswer>;
  createToken(request: TokenRequest): Promise<Token>;
  /** What the administrator finds there, by its bytes; undefined when there is nothing. */
  digestOf(image: { repository: string; tag: string }): Promise<string | undefined>;
  /** How the blobs of a repository came into it so far, by the server's log of requests. */
  uploadsTo(repository: string): { readonly mounted: number; readonly sent: number };
}

export async function startHub(scene: Scene): Promise<Hub> {
  const passwordFile = scene.path('password');
  writeFileSync(passwordFile, HUB_PASSWORD, { mode: 0o600 });
  const registry = await startLading(scene, {
    env: {
      REGISTRY_AUTH: 'accounts',
      REGISTRY_STORAGE_DELETE_ENABLED: 'true',
      LADING_ADMIN_NAME: ADMINISTRATOR,
      LADING_ADMIN_PASSWORD_FILE: passwordFile,
    },
  });
  const administrator = { user: ADMINISTRATOR, secret: HUB_PASSWORD };

  const api: Hub['api'] = async (line, { body, as = administrator } = {}) => {
    const [method = '', path = ''] = line.split(' ');
    const answer = await ask(`${registry.url}/api/v1${path}`, {
      method,
      headers: { authorization: basicOf(as), ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: Buffer.from(JSON.stringify(body)) }),
    });
    const text = answer.body.toString();
    assert.ok(answer.status < 300, `${line}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };

  return {
    registry,
    host: registry.host,
    administrator,
    api,
    async createToken({ of, actions }) {
      const [organisation, robot] = of.split('+');
      const tokens = `/${robot === undefined ? `users/${of}` : `organisations/${organisation}/robots/${robot}`}/tokens`;
      // A user alone makes tokens of his.
      const as = robot === undefined ? { user: of, secret: HUB_PASSWORD } : administrator;
      const { id, secret = '' } = await api(`POST ${tokens}`, { body: { name: 'story', actions }, as });
      return { user: of, secret, revoke: () => api(`DELETE ${tokens}/${id}`) };
    },
    async digestOf({ repository, tag }) {
      const url = `${registry.url}/v2/${repository}/manifests/${tag}`;
      const { status, body } = await askManifest(url, { headers: { authorization: basicOf(administrator) } });
      return status === 200 ? sha256(body) : undefined;
    },
    uploadsTo(repository) {
      const starts = registry
        .log()
        .split('\n')
        .filter((line) => line.includes('"route":"upload.start"'))
        .map((line): { repository: string; status: number } => JSON.parse(line))
        .filter((request) => request.repository === repository);
      const count = (status: number) => starts.filter((start) => start.status === status).length;
      return { mounted: count(201), sent: count(202) };
    },
  };
}

function basicOf({ user, secret }: Login): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}
