import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createRepository } from '../../distribution/index.ts';
import { parseRepositoryName } from '../../oci/index.ts';
import { threadCpuMs } from '../../testing/thread-cpu-ms.ts';
import { startHub } from '../testing/start-hub.ts';
import { createReadmeThread } from './create-readme-thread.ts';
import { createReadmes, README_RENDERER } from './readmes.ts';
import { renderReadme } from './render-readme.ts';

const name = parseRepositoryName('acme/app');
const path = '/api/v1/repositories/acme/app';

async function hubWithReadme(readme: string) {
  const hub = await startHub();
  await createRepository(hub.context.distribution, { name, actor: undefined }, async () => {});
  await hub.api(`PATCH ${path}`, 'root', { readme });
  return hub;
}

const htmlOf = async (hub: Awaited<ReturnType<typeof startHub>>) =>
  ((await hub.api(`GET ${path}`)).json() as { readme_html: string }).readme_html;

/** Counts, and renders in its own words. */
function fakeThread() {
  const rendered: string[] = [];
  return {
    rendered,
    async render(text: string) {
      rendered.push(text);
      return `<p>${rendered.length}</p>`;
    },
  };
}

describe('READMEs', () => {
  it('are HTML in the answer to the change and ever after, made once', async () => {
    await using hub = await hubWithReadme('# One');
    assert.match(await htmlOf(hub), /<h1>One<\/h1>/);
    const thread = fakeThread();
    const readmes = createReadmes(hub.context, thread);
    assert.match(await readmes.getHtml(name, '# One'), /<h1>One<\/h1>/);
    assert.deepEqual(thread.rendered, [], 'kept beside the text');
    await hub.api(`PATCH ${path}`, 'root', { readme: '*Two*' });
    assert.match(await htmlOf(hub), /<em>Two<\/em>/);
    await hub.api(`PATCH ${path}`, 'root', { readme: '' });
    assert.equal(await htmlOf(hub), '');
  });

  it('are made anew when what makes them is another, once for all who look', async () => {
    await using hub = await hubWithReadme('# One');
    await hub.db.transaction((trx) =>
      trx.updateTable('repository_profile').set({ readme_renderer: '0', readme_html: 'old' }).execute(),
    );
    const thread = fakeThread();
    const readmes = createReadmes(hub.context, thread);
    const seen = await Promise.all([readmes.getHtml(name, '# One'), readmes.getHtml(name, '# One')]);
    assert.deepEqual(seen, ['<p>1</p>', '<p>1</p>']);
    assert.equal(await readmes.getHtml(name, '# One'), '<p>1</p>');
    assert.deepEqual(thread.rendered, ['# One']);
  });

  it('that changed meanwhile do not keep what was made of the older text', async () => {
    await using hub = await hubWithReadme('new');
    assert.equal(await createReadmes(hub.context, fakeThread()).getHtml(name, 'old'), '<p>1</p>');
    assert.match(await htmlOf(hub), /new/);
  });

  it('that take too long are shown as they were written, and the next one is rendered', async () => {
    await using hub = await hubWithReadme('x');
    const slow = createReadmes(hub.context, createReadmeThread({ renderMs: 0 }));
    assert.equal(await slow.getHtml(name, 'a <b> & c'), '<pre>a &lt;b&gt; &amp; c</pre>');
    const thread = createReadmeThread();
    assert.match((await thread.render('*good*')) ?? '', /<em>good<\/em>/);
  });

  it('that could not be rendered now are shown as text, and rendered the next time', async () => {
    await using hub = await hubWithReadme('');
    await hub.db.transaction((trx) => trx.updateTable('repository_profile').set({ readme: '# a' }).execute());
    const readmes = createReadmes(hub.context, {
      render: async () => {
        throw new Error('no thread');
      },
    });
    assert.equal(await readmes.getHtml(name, '# a'), '<pre># a</pre>');
    assert.match(await htmlOf(hub), /<h1>a<\/h1>/);
  });

  it('never hold up the thread that answers requests', async () => {
    const thread = createReadmeThread();
    await thread.render('*warm*');
    const texts = ['[', '<b>', '*a ', '> '].map((piece) => piece.repeat(Math.floor(25_000 / piece.length)));
    const beside = await threadCpuMs(async () => {
      for (const text of texts) await thread.render(text);
    });
    const here = await threadCpuMs(() => texts.map(renderReadme));
    assert.ok(beside < here / 4, `${beside} ms of this thread, ${here} ms when it renders by itself`);
  });

  it('name the versions of what makes them, so that an update makes them anew', async () => {
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
    assert.match(
      README_RENDERER,
      new RegExp(`marked ${dependencies.marked}, sanitize-html ${dependencies['sanitize-html']}$`),
    );
  });
});
