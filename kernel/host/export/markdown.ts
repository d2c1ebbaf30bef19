// Converts Markdown to HTML that is safe in an exported page: formulas by KaTeX, highlighted code, and only a few
// harmless HTML tags.
import formulas from '@vscode/markdown-it-katex';
import katex from 'katex';
import MarkdownIt from 'markdown-it';
import { escapeHtml, highlight } from './highlight.ts';

/** Returns the data URL for an image with a relative path; undefined if there is none. */
export type ResolveImage = (path: string) => string | undefined;

/** Returns where a link leads to in the page; undefined if nowhere, then its text remains. */
export type ResolveLink = (href: string) => string | undefined;

/** Renders the text. Images from the web become links: the page loads nothing. */
export function renderMarkdown(
  text: string,
  resolveImage: ResolveImage = () => undefined,
  resolveLink: ResolveLink = (href) => href,
): string {
  const md = new MarkdownIt({ html: true, linkify: true, highlight });
  // The same KaTeX as the page's style and fonts; its HTML holds MathML for screen readers and for copying
  md.use(formulas, { katex: katex as never, throwOnError: false });
  md.renderer.rules['html_inline'] = (tokens, i) => harmless(tokens[i]!.content);
  md.renderer.rules['html_block'] = (tokens, i) => harmless(tokens[i]!.content);
  md.renderer.rules['table_open'] = () => '<div class="table"><table>\n';
  md.renderer.rules['table_close'] = () => '</table></div>\n';
  md.renderer.rules['image'] = (tokens, i, options, env, self) => {
    const token = tokens[i]!;
    const src = String(token.attrGet('src') ?? '');
    const alt = self.renderInlineAsText(token.children ?? [], options, env);
    return image(src, alt, String(token.attrGet('title') ?? ''), resolveImage);
  };
  md.renderer.rules['link_open'] = (tokens, i, options, _env, self) => {
    const href = resolveLink(String(tokens[i]!.attrGet('href') ?? ''));
    tokens[i]!.attrs =
      href === undefined ? [] : [['href', href], ...tokens[i]!.attrs!.filter(([name]) => name !== 'href')];
    return self.renderToken(tokens, i, options);
  };
  return md.render(text);
}

function image(src: string, alt: string, title: string, resolveImage: ResolveImage): string {
  const embedded = /^data:image\//i.test(src)
    ? src
    : /^[a-z][a-z0-9+.-]*:|^\/\//i.test(src)
      ? undefined
      : resolveImage(decode(src));
  const label = alt || src;
  if (embedded === undefined)
    return /^https?:/i.test(src)
      ? `<a href="${escapeHtml(src)}">${escapeHtml(label)}</a>`
      : `<em>${escapeHtml(label)}</em>`;
  return `<img src="${escapeHtml(embedded)}" alt="${escapeHtml(alt)}"${title ? ` title="${escapeHtml(title)}"` : ''}>`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const TAGS =
  'br|hr|b|i|u|s|em|strong|small|mark|sub|sup|kbd|abbr|q|cite|var|samp|code|del|ins|p|div|span|center|details|summary|blockquote|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|th|td|caption|figure|figcaption|h[1-6]';
const TAG = new RegExp(
  `<!--[^]*?-->|<(/?)(${TAGS})((?:\\s+(?:align|open|colspan|rowspan)(?:=(?:"[\\w %]*"|'[\\w %]*'|\\w+))?)*)\\s*(/?)>`,
  'gi',
);

/** Keeps the listed tags with a few harmless attributes; other HTML is shown as text. */
function harmless(html: string): string {
  let out = '';
  let at = 0;
  for (const m of html.matchAll(TAG)) {
    out += escapeHtml(html.slice(at, m.index), false);
    if (!m[0].startsWith('<!--')) out += m[0];
    at = m.index + m[0].length;
  }
  return out + escapeHtml(html.slice(at), false);
}
