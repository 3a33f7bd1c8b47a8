/** What a registry answers for everything in it: the thing that a drop-in must not change. */

import assert from 'node:assert/strict';
import { type Answer, ask, askManifest, sha256 } from './http.ts';

/** For each request, one line: status, the headers that clients rely on, the digest of the body. */
export type Survey = ReadonlyMap<string, string>;

export interface SurveyScope {
  /** Paths to ask for besides what the catalog leads to. */
  readonly paths?: readonly string[];
  /** Repositories whose name starts so are only named, not read. */
  readonly except?: string;
}

/**
 * Asks for every repository of the catalog, every tag, every manifest by tag and by digest, every blob that these name,
 * and for `paths`. Lists are compared as sets: registry 2.8 gives tags in no order.
 */
export async function surveyOf(url: string, { paths = [], except }: SurveyScope = {}): Promise<Survey> {
  const lines = new Map<string, string>();
  const catalog = await ask(`${url}/v2/_catalog?n=1000`);
  const { repositories }: { repositories: string[] } = JSON.parse(catalog.body.toString());
  lines.set('/v2/_catalog', [...repositories].sort().join(' '));
  for (const repository of repositories) {
    if (except === undefined || !repository.startsWith(except))
      await surveyRepository(url, `/v2/${repository}`, lines);
  }
  for (const path of paths) await surveyPath(url, path, lines);
  return lines;
}

/** Fails with the first answers that differ. A whole survey is too long to read. */
export function assertSameSurvey(actual: Survey, expected: Survey): void {
  const requests = [...new Set([...expected.keys(), ...actual.keys()])];
  const differing = requests.filter((request) => actual.get(request) !== expected.get(request));
  const lines = differing.map((request) => {
    const [now, before] = [actual.get(request), expected.get(request)].map((line) => line?.slice(0, 300));
    return `${request}\n  before: ${before}\n  now:    ${now}`;
  });
  assert.equal(differing.length, 0, `${differing.length} answers differ:\n${lines.slice(0, 10).join('\n')}`);
}

async function surveyRepository(url: string, at: string, lines: Map<string, string>): Promise<void> {
  const list = await ask(`${url}${at}/tags/list`);
  const { name, tags }: { name: string; tags: string[] | null } = JSON.parse(list.body.toString());
  lines.set(`${at}/tags/list`, `${list.status} ${name}: ${(tags ?? []).sort().join(' ')}`);
  for (const tag of tags ?? []) {
    const manifest = await surveyPath(url, `${at}/manifests/${tag}`, lines);
    await surveyManifest(url, { at, digest: sha256(manifest.body) }, lines);
  }
}

async function surveyManifest(
  url: string,
  manifest: { at: string; digest: string },
  lines: Map<string, string>,
) {
  const path = `${manifest.at}/manifests/${manifest.digest}`;
  if (lines.has(path)) return;
  const { body } = await surveyPath(url, path, lines);
  const { manifests = [], config, layers = [] }: Manifest = JSON.parse(body.toString());
  for (const { digest } of manifests) await surveyManifest(url, { at: manifest.at, digest }, lines);
  for (const { digest } of config === undefined ? layers : [config, ...layers]) {
    await surveyPath(url, `${manifest.at}/blobs/${digest}`, lines);
  }
}

interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

async function surveyPath(url: string, path: string, lines: Map<string, string>): Promise<Answer> {
  const get = await askManifest(`${url}${path}`);
  // registry 2.8 refuses HEAD of a list, which nobody needs to copy.
  if (!path.endsWith('/list')) {
    lines.set(`HEAD ${path}`, describe(await askManifest(`${url}${path}`, { method: 'HEAD' })));
  }
  // What an error says in words may differ; its code may not.
  const body = get.status === 200 ? sha256(get.body) : /"code": ?"(\w+)"/.exec(get.body.toString())?.[1];
  lines.set(path, `${describe(get)} ${body}`);
  return get;
}

function describe({ status, headers }: Answer): string {
  if (status !== 200) return String(status);
  const names = ['content-type', 'content-length', 'docker-content-digest', 'etag'];
  return [status, ...names.map((name) => `${name}=${headers[name]}`)].join(' ');
}
