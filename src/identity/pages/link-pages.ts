import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouteRecord } from '../../http/index.ts';

const folder = join(import.meta.dirname, 'files');
/** Nothing from elsewhere, nothing inline, in no frame; what is sent goes to this registry. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const pages = [
  { name: 'setup.page', path: '/setup', file: 'setup.html', type: 'html' },
  { name: 'password.page', path: '/set-password', file: 'set-password.html', type: 'html' },
  { name: 'password.page.style', path: '/set-password/page.css', file: 'page.css', type: 'css' },
  { name: 'password.page.script', path: '/set-password/page.js', file: 'page.js', type: 'javascript' },
];

/**
 * Where one-time links lead: a form for the first administrator, one for a new password. They hold nothing; the secret
 * stays behind the link's `#` until the page gives it to the API.
 */
export function linkPages(): RouteRecord[] {
  return pages.map(({ name, path, file, type }) => ({
    name,
    method: 'GET',
    path,
    access: () => 'public',
    handle: async () => ({
      status: 200,
      headers: {
        'Content-Type': `text/${type}; charset=utf-8`,
        'Content-Security-Policy': POLICY,
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
      },
      body: await readFile(join(folder, file)),
    }),
  }));
}
