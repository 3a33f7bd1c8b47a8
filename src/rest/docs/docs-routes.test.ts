import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ask } from '../../testing/index.ts';
import { startRest } from '../suite/start-rest.ts';

const rest = await startRest([]);
after(() => rest[Symbol.asyncDispose]());

test('GET /api/v1/openapi.json → the document of what is mounted, for anybody', async () => {
  const answer = await ask(rest, 'GET /api/v1/openapi.json');
  assert.equal(answer.status, 200);
  const document = answer.json() as { openapi: string; info: { version: string }; paths: object };
  assert.equal(document.openapi, '3.1.0');
  assert.equal(document.info.version, '1.2.3');
  assert.deepEqual(Object.keys(document.paths), [
    '/api/v1/openapi.json',
    '/api/v1/docs',
    '/api/v1/docs/{file}',
  ]);
});

test('the page has a policy that lets nothing run but its own file, and keeps to it', async () => {
  const page = await ask(rest, 'GET /api/v1/docs');
  assert.equal(page.header('content-type'), 'text/html; charset=utf-8');
  const policy = page.header('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/);
  const html = page.body.toString();
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
});

test('what the page loads is there, with the type that it needs, and holds no way to run text as code', async () => {
  const html = (await ask(rest, 'GET /api/v1/docs')).body.toString();
  const files = [...html.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map((match) => match[1] ?? '');
  assert.deepEqual(files, ['docs/docs.css', 'docs/docs.js']);
  const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };
  for (const file of files) {
    const answer = await ask(rest, `GET /api/v1/${file}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.header('content-type'), types[file.endsWith('.js') ? 'js' : 'css']);
    assert.equal(answer.header('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(
      answer.body.toString(),
      /innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write/,
    );
  }
});

test('no other file comes out of the folder', async () => {
  for (const file of ['docs.html', '..%2Fdocs-routes.ts', '%2e%2e', 'constructor', '../docs-routes.ts']) {
    const { status } = await ask(rest, `GET /api/v1/docs/${file}`);
    assert.ok(status === 400 || status === 404, `${file}: ${status}`);
  }
});

test('every input of the page has a label, every landmark a name', async () => {
  const html = (await ask(rest, 'GET /api/v1/docs')).body.toString();
  const inputs = [...html.matchAll(/<input id="(\w+)"/g)].map((match) => match[1]);
  assert.ok(inputs.length > 0);
  for (const id of inputs) assert.match(html, new RegExp(`<label for="${id}">`));
  assert.match(html, /<html lang="en">/);
  assert.match(html, /<nav aria-label=/);
  assert.match(html, /role="status"/);
});
