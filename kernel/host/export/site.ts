// Writes the notebooks of a course as web pages that lead to one another, with a table of contents. The pages need no
// server and no network; the renderers are in files beside them, once for all.
import {
  claimsText,
  headingOf,
  progressOf,
  resultsByDataset,
  type CourseResult,
  type NotebookProgress,
} from '../client/course.ts';
import type { Notebook } from '../../notebook/format/types.ts';
import { escapeHtml } from './highlight.ts';
import { renderArticle, renderPage } from './html.ts';
import { renderMarkdown, type ResolveImage } from './markdown.ts';
import type { Needs } from './output.ts';
import { sharedFile } from './page.ts';
import { siteStyle } from './style.ts';

/** A notebook of the site. What is not said is read from the notebook's first cell. */
export interface SiteNotebook {
  /** The name of its file: `mlp.dlnb`. */
  file: string;
  notebook: Notebook;
  resolveImage?: ResolveImage;
  /** The part of the course that it belongs to. */
  part?: string | undefined;
  /** How long it runs, as a reader needs it: `20 s`. */
  time?: string | undefined;
  teaches?: string | undefined;
  prerequisites?: string | undefined;
}

export interface SiteOptions {
  /** The title of the course. */
  title: string;
  /** Returns the text of a file of the built renderers. */
  asset: (file: string) => string;
}

/** The folder of the shared files. */
const SHARED = 'assets';

/** Makes the files of a site, one after another: a page may have many megabytes. @returns names and texts */
export function* makeSite(notebooks: readonly SiteNotebook[], options: SiteOptions): Generator<[string, string]> {
  const needs: Needs = new Set();
  const entries = notebooks.map((n, i): Entry => {
    const progress = progressOf(n.file, n.notebook);
    return {
      ...factsOf(n.notebook),
      ...defined(n),
      page: pageName(n.file),
      title: progress.title,
      progress,
      number: i + 1,
    };
  });
  const pages = new Map(entries.map(({ file, page }) => [file, page]));
  for (const [i, entry] of entries.entries()) {
    const own: Needs = new Set();
    const resolveLink = (href: string) => linkOf(href, pages);
    const { resolveImage } = entry;
    const heading =
      headingOf(entry.notebook) === undefined
        ? `<div class="cell prose"><h1>${escapeHtml(entry.title)}</h1></div>`
        : '';
    const article = renderArticle(entry.notebook, 'n', heading, own, {
      resolveLink,
      ...(resolveImage && { resolveImage }),
    });
    const [before, after] = [entries[i - 1], entries[i + 1]];
    const body = `${header(options.title, entry, entries.length, before, after)}\n<main>\n${article}\n</main>\n${footer(before, after)}`;
    yield [entry.page, renderPage(`${entry.title} · ${options.title}`, body, own, withShared(options), siteStyle)];
    for (const file of own) needs.add(file);
  }
  yield [
    'index.html',
    renderPage(options.title, contents(options.title, entries, pages), new Set(), options, siteStyle),
  ];
  for (const file of needs) yield [`${SHARED}/${file}`, sharedFile(file, options.asset(file))];
}

const withShared = ({ asset }: SiteOptions) => ({ asset, sharedAt: `${SHARED}/` });

interface Entry extends SiteNotebook {
  page: string;
  title: string;
  progress: NotebookProgress;
  /** From 1. */
  number: number;
}

/** Without what is undefined, so that facts of the notebook stay. */
const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

/** `mlp.html` for `mlp.dlnb`. The contents are `index.html`. */
function pageName(file: string): string {
  const name = file.replace(/\.dlnb$/i, '');
  return `${name.toLowerCase() === 'index' ? `${name}-notebook` : name}.html`;
}

/** What the first cell says in the form `**Teaches** …`, a paragraph each. */
function factsOf({ cells }: Notebook): Pick<SiteNotebook, 'time' | 'teaches' | 'prerequisites'> {
  const text = cells[0]?.kind === 'markdown' ? cells[0].source : '';
  const fact = (name: string) =>
    new RegExp(`^\\*\\*${name}\\*\\*:?\\s+([^]*?)(?=\\n\\s*\\n|\\n\\*\\*|$(?![^]))`, 'm').exec(text)?.[1];
  const seconds = /(\d+)\s+seconds/.exec(fact('Runs') ?? '')?.[1];
  return {
    time: seconds === undefined ? undefined : `${seconds}\u00a0s`,
    teaches: fact('Teaches'),
    prerequisites: fact('You need'),
  };
}

const addressOf = (page: string) => encodeURIComponent(page);

/** Links to notebooks of the site lead to their pages; those to other notebooks lead nowhere. */
function linkOf(href: string, pages: ReadonlyMap<string, string>): string | undefined {
  const [, file, rest = ''] = /^(?:\.\/)?([^/?#:]+\.dlnb)(#.*)?$/i.exec(href) ?? [];
  if (file === undefined) return href;
  const page = pages.get(decoded(file));
  return page === undefined ? undefined : `${addressOf(page)}${rest}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function header(title: string, entry: Entry, count: number, before?: Entry, after?: Entry): string {
  const turn = (to: Entry | undefined, rel: string, arrow: string) =>
    to
      ? `<a rel="${rel}" href="${addressOf(to.page)}" title="${escapeHtml(to.title)}" aria-label="${rel === 'prev' ? 'Previous' : 'Next'}: ${escapeHtml(to.title)}">${arrow}</a>`
      : `<span aria-hidden="true">${arrow}</span>`;
  return `<header class="site"><a href="index.html">${escapeHtml(title)}</a><nav aria-label="Notebooks">${turn(before, 'prev', '←')}<span class="place">${entry.number} of ${count}</span>${turn(after, 'next', '→')}</nav></header>`;
}

function footer(before?: Entry, after?: Entry): string {
  const link = (to: Entry | undefined, word: string) =>
    to ? `<a href="${addressOf(to.page)}"><small>${word}</small>${escapeHtml(to.title)}</a>` : '<span></span>';
  return `<footer class="site">${link(before, 'Previous')}${link(after, 'Next')}</footer>`;
}

function contents(title: string, entries: readonly Entry[], pages: ReadonlyMap<string, string>): string {
  const parts: { part: string | undefined; list: Entry[] }[] = [];
  for (const entry of entries) {
    const last = parts.at(-1);
    if (last && last.part === entry.part) last.list.push(entry);
    else parts.push({ part: entry.part, list: [entry] });
  }
  const claims = entries.flatMap(({ progress }) => progress.claims).filter(({ holds }) => holds).length;
  const facts = [
    `${entries.length} ${entries.length === 1 ? 'notebook' : 'notebooks'}`,
    ...(claims > 0 ? [`${claims.toLocaleString('en-US')} ${claims === 1 ? 'claim' : 'claims'} checked`] : []),
  ];
  const sections = parts.map(({ part, list }) => {
    const heading = part === undefined ? '' : `<h2>${escapeHtml(part)}</h2>`;
    return `<section>${heading}<ol start="${list[0]!.number}">${list.map((e) => item(e, pages)).join('\n')}</ol></section>`;
  });
  const tables = [...resultsByDataset(entries.map(({ progress }) => progress))].map(([set, list]) =>
    resultsTable(set, list, pages),
  );
  return `<main class="course">
<h1>${escapeHtml(title)}</h1>
<p class="facts">${facts.join(' · ')}</p>
${sections.join('\n')}
${tables.join('\n')}
</main>`;
}

function item(entry: Entry, pages: ReadonlyMap<string, string>): string {
  const { page, title, time, teaches, prerequisites, progress } = entry;
  const text = (markdown: string) => renderMarkdown(markdown, undefined, (href) => linkOf(href, pages));
  const facts = [
    ...(time === undefined ? [] : [`<span>${escapeHtml(time)}</span>`]),
    ...(progress.claims.length > 0 ? [`<span>${claimsText(progress)}</span>`] : []),
  ];
  const needs = prerequisites === undefined ? '' : `<div class="needs"><p>You need:</p>${text(prerequisites)}</div>`;
  return `<li><div class="line"><a href="${addressOf(page)}">${escapeHtml(title)}</a><span class="facts">${facts.join(' · ')}</span></div>${teaches === undefined ? '' : text(teaches)}${needs}</li>`;
}

function resultsTable(dataset: string, results: readonly CourseResult[], pages: ReadonlyMap<string, string>): string {
  const rows = results.map((r) => {
    const note = r.note === undefined ? '' : `<small>${escapeHtml(r.note)}</small>`;
    const link = (text: string) => `<a href="${addressOf(pages.get(r.file)!)}">${escapeHtml(text)}</a>`;
    const numbers = [r.parameters.toLocaleString('en-US'), r.epochs ?? '', `${r.error.toFixed(1)}\u00a0%`];
    return `<tr><td>${link(r.model)}${note}</td>${numbers.map((n) => `<td class="amount">${n}</td>`).join('')}<td class="wide">${link(r.title)}</td></tr>`;
  });
  return `<section class="results"><h2>Results on ${escapeHtml(dataset)}</h2>
<div class="table"><table><thead><tr><th>Model</th><th class="amount">Parameters</th><th class="amount">Epochs</th><th class="amount">Test error</th><th class="wide">Notebook</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div></section>`;
}
