import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { threadCpuMs } from '../../testing/thread-cpu-ms.ts';
import { renderReadme } from './render-readme.ts';

/** What an attacker may write into a README: HTML, Markdown that makes HTML, encodings, broken tags, old favourites. */
const corpus = [
  '<script>alert(1)</script>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<img src=x onerror=alert(1)>',
  '<img src="javascript:alert(1)">',
  '<IMG SRC=JaVaScRiPt:alert(1)>',
  '<img src="jav&#x09;ascript:alert(1)">',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
  '<img src=`javascript:alert(1)`>',
  '<img """><script>alert(1)</script>">',
  '![x](javascript:alert(1))',
  '![x](data:text/html;base64,PHNjcmlwdD4=)',
  '![x" onerror="alert(1)](http://e.example/x.png)',
  '![x](http://e.example/x.png "a\\" onerror=\\"alert(1)")',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt&colon;alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](//evil.example)',
  '[x](\\\\evil.example)',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '<a href="javascript&colon;alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<a href="x" onclick="alert(1)">x</a>',
  '<a href="https://e.example" style="position:fixed;inset:0">x</a>',
  '<a href="https://e.example" target="_blank" rel="opener">x</a>',
  '<svg onload=alert(1)><animate onbegin=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)">',
  '<form action="/api/v1/users"><input name=x><button formaction="javascript:alert(1)">x</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<style>*{background:url(javascript:alert(1))}</style>',
  '<p style="background:url(javascript:alert(1))">x</p>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<base href="https://evil.example/">',
  '<body onload=alert(1)>',
  '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea><img src=x onerror=alert(1)></textarea>',
  '<xmp><img src=x onerror=alert(1)></xmp>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<p id="app" name="config" class="btn">x</p>',
  '<table background="javascript:alert(1)"><tr><td background="javascript:alert(1)">x',
  '```html\n<script>alert(1)</script>\n```',
  '`<img src=x onerror=alert(1)>`',
  '<div\u0000onclick=alert(1)>x</div>',
  '<x\u000bonclick=alert(1)>x',
];

/** Every tag of the result, as a browser would take it: what is not text is one of these. */
const tag = /<\/?([a-z0-9]+)((?:\s+[a-z]+="[^"<>]*")*)\s*\/?>/g;
const tags = new Set(
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code kbd samp ul ol li dl dt dd strong em b i del s sub sup a img table thead tbody tr th td details summary'.split(
    ' ',
  ),
);
const attributes = new Set(
  'href title rel src alt width height loading referrerpolicy align start'.split(' '),
);

describe('a README as HTML', () => {
  for (const text of corpus) {
    it(`harmless: ${JSON.stringify(text).slice(0, 70)}`, () => {
      const html = renderReadme(`before\n\n${text}\n\nafter`);
      assert.match(html, /before/);
      for (const [, name = '', rest = ''] of html.matchAll(tag)) {
        assert.ok(tags.has(name), `${name} in ${html}`);
        for (const [, key = '', value = ''] of rest.matchAll(/([a-z]+)="([^"]*)"/g)) {
          assert.ok(attributes.has(key), `${key} in ${html}`);
          if (key === 'href') assert.match(value, /^(https?:|mailto:|#)/);
          if (key === 'src') assert.match(value, /^https?:/);
        }
      }
      assert.doesNotMatch(html.replace(tag, ''), /[<>]/, 'nothing else is markup');
    });
  }

  it('keeps what Markdown is for', () => {
    const html = renderReadme(
      '# Title\n\nA *good* [link](https://e.example/a?b=1&c=2), `code`\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n![logo](https://e.example/l.png)\n\n- [x] done',
    );
    assert.match(html, /<h1>Title<\/h1>/);
    assert.match(html, /<em>good<\/em>/);
    assert.match(
      html,
      /<a href="https:\/\/e\.example\/a\?b=1&amp;c=2" rel="nofollow noopener noreferrer">link<\/a>/,
    );
    assert.match(html, /<td align="center">2<\/td>/);
    assert.match(html, /<img [^>]*src="https:\/\/e\.example\/l\.png"/);
    assert.match(html, /<code>code<\/code>/);
  });

  it('takes the deepest nesting and the worst repetition of its length in moments', async () => {
    for (const piece of [
      '>',
      '- ',
      '[',
      '*a ',
      '`',
      '<b>',
      '![',
      '&',
      '(',
      '|',
      '# ',
      '\\',
      '_a_ ',
      '<a href="',
      '[a](',
    ]) {
      const text = piece.repeat(Math.floor(25_000 / piece.length));
      const ms = await threadCpuMs(() => renderReadme(text));
      assert.ok(ms < 3_000, `${piece}: ${ms} ms`);
    }
  });

  it('is nothing for nothing', () => assert.equal(renderReadme(''), ''));
});
