import type { RepositoryName } from '../../oci/index.ts';
import type { HubContext } from '../context.ts';
import { createReadmeThread } from './create-readme-thread.ts';
import { findReadmeHtml, putReadmeHtml } from './profile-store.ts';

/** READMEs as HTML that is safe on a page of ours. */
export interface Readmes {
  /** Made once after each change and kept beside the text. `readme` is what the profile says. */
  getHtml(repository: RepositoryName, readme: string): Promise<string>;
}

/** With another one all are made anew, each when it is next looked at: raise it with every change of what comes out. */
export const README_RENDERER = '1, marked 18.2.1, sanitize-html 2.18.1';

export function createReadmes(
  { db, distribution }: Pick<HubContext, 'db' | 'distribution'>,
  thread = createReadmeThread(),
): Readmes {
  /** Those that look at the same text meanwhile wait for one rendering. */
  const running = new Map<string, Promise<string>>();

  async function make(repository: RepositoryName, readme: string): Promise<string> {
    try {
      const html = (await thread.render(readme)) ?? asText(readme);
      await db.transaction((trx) =>
        putReadmeHtml(trx, { repository, readme, html, renderer: README_RENDERER }),
      );
      return html;
    } catch (error) {
      distribution.log.warn({ err: error, repository }, 'a README could not be rendered and kept');
      return asText(readme);
    }
  }

  return {
    async getHtml(repository, readme) {
      if (readme === '') return '';
      const kept = await findReadmeHtml(db.reads, { repository, readme, renderer: README_RENDERER });
      if (kept !== undefined) return kept;
      const key = `${repository} ${readme}`;
      let made = running.get(key);
      if (!made) {
        made = make(repository, readme).finally(() => running.delete(key));
        running.set(key, made);
      }
      return made;
    },
  };
}

/** What cannot be rendered in time is shown as it was written. */
function asText(readme: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return `<pre>${readme.replace(/[&<>]/g, (sign) => escapes[sign] ?? '')}</pre>`;
}
