import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getDocsFile, getDocsPage, getOpenApi } from '../../api/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import { toOpenApi } from '../openapi/to-openapi.ts';

const folder = join(import.meta.dirname, 'page');
/** Nothing from elsewhere, nothing inline: what a description says can never run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const types = { 'docs.css': 'text/css; charset=utf-8', 'docs.js': 'text/javascript; charset=utf-8' };

/** `routes` and what describes all of them: the OpenAPI document, and the page that shows it. */
export function docsRoutes(routes: readonly ApiRoute[], version: string): ApiRoute[] {
  const all: ApiRoute[] = [
    ...routes,
    apiRoute(getOpenApi, {
      access: () => 'public',
      handle: async () => ({ body: document() }),
    }),
    apiRoute(getDocsPage, {
      access: () => 'public',
      handle: async () => ({
        stream: await readFile(join(folder, 'docs.html')),
        headers: { 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'no-referrer' },
      }),
    }),
    apiRoute(getDocsFile, {
      access: () => 'public',
      handle: async ({ params: { file } }) => ({
        stream: await readFile(join(folder, file)),
        headers: { 'Content-Type': types[file] },
      }),
    }),
  ];
  let made: ReturnType<typeof toOpenApi> | undefined;
  const document = () => {
    made ??= toOpenApi(
      all.map(({ contract }) => contract),
      version,
    );
    return made;
  };
  return all;
}
