// Writes notebooks as one web page that needs no network, no fonts and no editor. Texts, pictures and errors are plain
// HTML; the editor's own renderers draw figures, and the page holds the ones it needs.
import type { Cell, CodeCell, Notebook } from '../../notebook/format/types.ts';
import { headingOf } from '../client/course.ts';
import { escapeHtml, highlight } from './highlight.ts';
import { mathStyle } from './math.ts';
import { renderMarkdown, type ResolveImage, type ResolveLink } from './markdown.ts';
import { renderOutput, type Needs } from './output.ts';
import { asInertScript, frameHead, PAGE_SCRIPT } from './page.ts';
import { frameStyle, pageStyle } from './style.ts';

/** Where a page has the built renderers from. */
export interface PageOptions {
  /**
   * Returns the text of a file of the built renderers (`plotly.js`, `plotly-cartesian.js` …). Called only for needed
   * ones.
   */
  asset: (file: string) => string;
  /** The address, to which names of files are added, of scripts made by `sharedFile`; else the page holds the files. */
  sharedAt?: string;
}

export interface HtmlOptions extends PageOptions {
  /** Returns the data URL for a picture with a relative path in Markdown. */
  resolveImage?: ResolveImage;
}

export interface TitledNotebook {
  /** Used if the notebook has no heading. */
  title: string;
  notebook: Notebook;
  resolveImage?: ResolveImage;
}

/** A page of one notebook. @param title for a notebook without a heading */
export function toHtml(notebook: Notebook, title: string, options: HtmlOptions): string {
  return toHtmlReport([{ title, notebook }], options);
}

/** A page of several notebooks with a list of contents. */
export function toHtmlReport(notebooks: readonly TitledNotebook[], options: HtmlOptions): string {
  const needs: Needs = new Set();
  const titles = notebooks.map(({ notebook, title }) => headingOf(notebook) ?? title);
  const articles = notebooks.map(({ notebook, resolveImage }, i) => {
    const heading =
      headingOf(notebook) === undefined && notebooks.length > 1
        ? `<div class="cell prose"><h1>${escapeHtml(titles[i]!)}</h1></div>`
        : '';
    return renderArticle(notebook, `n${i + 1}`, heading, needs, {
      ...options,
      ...(resolveImage && { resolveImage }),
    });
  });
  const contents =
    notebooks.length > 1
      ? `<nav class="contents"><h1>Notebooks</h1><ol>${titles.map((title, i) => `<li><a href="#n${i + 1}">${escapeHtml(title)}</a></li>`).join('')}</ol></nav>`
      : '';
  return renderPage(
    notebooks.length === 1 ? titles[0]! : 'Notebooks',
    `${contents}\n<main>\n${articles.join('\n')}\n</main>`,
    needs,
    options,
  );
}

/** How the Markdown of a notebook finds what is around it. */
export interface Surroundings {
  /** Returns the data URL for a picture with a relative path in Markdown. */
  resolveImage?: ResolveImage;
  /** Returns where a link leads to in the page. */
  resolveLink?: ResolveLink;
}

/** A notebook in a page. @param id of the article; cells are `id-1`, `id-2` … @param heading markup above the cells */
export function renderArticle(
  { cells }: Notebook,
  id: string,
  heading: string,
  needs: Needs,
  around: Surroundings,
): string {
  const shown = cells.map((cell, n) => renderCell(cell, `${id}-${n + 1}`, n + 1, needs, around));
  return `<article id="${id}">\n${heading}${shown.join('\n')}\n</article>`;
}

/** The text of a page. @param style more style sheets */
export function renderPage(title: string, body: string, needs: Needs, options: PageOptions, style = ''): string {
  const files = [...needs]
    .sort()
    .map((file) =>
      options.sharedAt === undefined
        ? `<script type="text/plain" id="file-${file}" data-file="${file}">${asInertScript(options.asset(file))}</script>`
        : `<script defer id="file-${file}" data-file="${file}" src="${options.sharedAt}${file}"></script>`,
    );
  const head =
    body.includes('<iframe ') || needs.has('controls.js')
      ? `<script type="text/plain" id="frame-head">${asInertScript(frameHead(frameStyle))}</script>`
      : '';
  const script =
    files.length || head ? `${head}\n${files.join('\n')}\n<script type="module">${PAGE_SCRIPT}</script>\n` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="DLNB">
<title>${escapeHtml(title)}</title>
<style>
${mathStyle(body)}${pageStyle}${style}
</style>
</head>
<body>
${body}
${script}</body>
</html>
`;
}

function renderCell(cell: Cell, id: string, number: number, needs: Needs, around: Surroundings): string {
  const anchor = `<a class="number" href="#${id}" aria-label="Cell ${number}">${number}</a>`;
  if (cell.kind === 'markdown')
    return `<section class="cell prose" id="${id}">${renderMarkdown(cell.source, around.resolveImage, around.resolveLink)}</section>`;
  const code = cell.source.trim() === '' ? '' : `${anchor}${renderCode(cell)}`;
  const outputs = cell.outputs.map((output) => renderOutput(output, `cell ${number}`, needs)).filter(Boolean);
  const shown = outputs.length ? `\n<div class="outputs">\n${outputs.join('\n')}\n</div>` : '';
  return code || shown ? `<section class="cell" id="${id}">${code}${shown}</section>` : '';
}

function renderCode({ source, language, folded }: CodeCell): string {
  const code = `<pre class="code" tabindex="0"><code>${highlight(source, language)}</code></pre>`;
  if (folded !== true) return code;
  return `<details class="folded"><summary>${escapeHtml(summaryOf(source))}</summary>${code}</details>`;
}

/** The line that stands for a folded cell: its first comment, without marks, else its first line. */
function summaryOf(source: string): string {
  const lines = source.split('\n').map((line) => line.trim());
  const comments = lines.map((line) => /^(?:\/\/+|\/\*+)\s*(.*?)\s*(?:\*\/)?$/.exec(line)?.[1]);
  return comments.find(Boolean) ?? lines.find((line) => line !== '') ?? '';
}
