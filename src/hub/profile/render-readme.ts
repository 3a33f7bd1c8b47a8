import { Marked } from 'marked';
import sanitizeHtml from 'sanitize-html';

/** Of its own: the library's shared one can be changed by anybody. */
const markdown = new Marked({ gfm: true, breaks: false });

/** What is shown lies on the page of the registry, with the session of who looks: nothing in it may run or pretend. */
const allowed: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'kbd', 'samp'],
    ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'strong', 'em', 'b', 'i', 'del', 's', 'sub', 'sup', 'a', 'img'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'details', 'summary'],
  ],
  // No class, id, name or style: they could dress a link up as a part of the page, or shadow its variables.
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height', 'loading', 'referrerpolicy'],
    th: ['align'],
    td: ['align'],
    ol: ['start'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  parseStyleAttributes: false,
  // Bounds the depth of what a browser has to lay out.
  nestingLimit: 50,
  transformTags: {
    a: (tagName, { href, title }) => ({
      tagName,
      attribs: {
        // A path would lead into the registry, where no link of the author's file is.
        ...(href !== undefined && /^(https?:|mailto:|#)/i.test(href) && { href }),
        ...(title !== undefined && { title }),
        rel: 'nofollow noopener noreferrer',
      },
    }),
    img: (tagName, { src, ...attribs }) => ({
      tagName,
      attribs: {
        ...attribs,
        ...(src !== undefined && /^https?:/i.test(src) && { src }),
        loading: 'lazy',
        referrerpolicy: 'no-referrer',
      },
    }),
  },
};

/** Markdown of anybody as HTML that is safe on a page of ours. Never throws. */
export function renderReadme(text: string): string {
  if (text === '') return '';
  try {
    return sanitizeHtml(markdown.parse(text, { async: false }), allowed);
  } catch {
    // Nested so deep that the parser gives up.
    return `<pre>${sanitizeHtml(text, { disallowedTagsMode: 'escape', allowedTags: [], allowedAttributes: {} })}</pre>`;
  }
}
