// The pages of docs/api/: one for each part of the module `dlnb`, made from the reference that the build reads from the
// declarations. The index by task is written by hand; here its names become links.
import { entryMarkdown, firstSentence, membersMarkdown, Types, typeMarkdown } from '../../kernel/dlnb/help/markdown.ts';
import type { Entry, Reference, TypeEntry } from '../../kernel/dlnb/help/reference.ts';

/** The page of the functions that are no part with a page of their own. */
const CELLS = 'cells';

/** The name of the page that an entry stands on. */
function pageOf(path: string, reference: Reference): string {
  const top = path.split('.')[0]!;
  const entry = reference.entries.find((one) => one.path === top);
  const isPart = entry?.kind === 'namespace' || (entry?.members ?? []).some((member) => !member.endsWith('.raw'));
  return isPart ? top : CELLS;
}

/** The anchor that code hosts make of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** The pages by the names of their files. */
export function apiPages(reference: Reference): Map<string, string> {
  const tops = reference.entries.filter(({ path }) => !path.includes('.'));
  const names = [...new Set(tops.map(({ path }) => pageOf(path, reference)))];
  const shown = typesByPage(reference, names);
  const placeOf = new Map([...shown].flatMap(([page, types]) => types.map((type) => [type.name, page] as const)));
  const pages = new Map<string, string>();
  for (const name of names) {
    const link = (type: string): string => {
      const page = placeOf.get(type);
      if (page === undefined) return `\`${type}\``;
      return `[\`${type}\`](${page === name ? '' : `${page}.md`}#${anchor(type)})`;
    };
    const own = reference.entries.filter(({ path }) => pageOf(path, reference) === name);
    pages.set(`${name}.md`, pageText(name, own, shown.get(name) ?? [], reference, link));
  }
  return pages;
}

/** The types that each page describes: those that functions take and return, and large options that many share. */
function typesByPage(reference: Reference, names: readonly string[]): Map<string, TypeEntry[]> {
  const types = new Types(reference.types);
  const shared = new Set(reference.types.flatMap(({ name }) => types.fieldsOf(name).large.map((base) => base.name)));
  const pages = new Map<string, TypeEntry[]>();
  for (const type of reference.types) {
    const isOptions = type.name.endsWith('Options') && !type.signature && !shared.has(type.name);
    if (isOptions) continue;
    const user = reference.entries.find(({ related = [] }) => related.includes(type.name));
    const page = names.includes(type.home) ? type.home : user ? pageOf(user.path, reference) : CELLS;
    pages.set(page, [...(pages.get(page) ?? []), type]);
  }
  return pages;
}

function pageText(
  name: string,
  entries: readonly Entry[],
  types: readonly TypeEntry[],
  reference: Reference,
  link: (type: string) => string,
): string {
  const top = entries.find(({ path }) => path === name);
  const parts = [
    '<!-- Made by `npm run docs` from the doc comments: change those. -->',
    `# \`${name === CELLS ? 'dlnb' : name}\``,
    name === CELLS ? 'Functions for cells, imported one by one.' : (top?.text ?? ''),
    `\`import { ${
      name === CELLS
        ? entries
            .filter(({ path }) => !path.includes('.'))
            .map(({ path }) => path)
            .join(', ')
        : name
    } } from 'dlnb'\``,
    '[All tasks](index.md)',
  ];
  const toLink = (entry: Entry) => `[\`${entry.path}\`](#${anchor(entry.path)})`;
  if (top) parts.push(membersMarkdown(top, reference, toLink));
  else
    parts.push(
      ['| | |', '|---|---|', ...entries.map((e) => `| ${toLink(e)} | ${tableCell(firstSentence(e.text))} |`)].join(
        '\n',
      ),
    );
  for (const entry of entries) {
    if (entry === top && entry.kind === 'namespace') continue;
    parts.push(entryMarkdown(entry, reference, { level: 2, link }));
    if (entry.kind === 'namespace') parts.push(membersMarkdown(entry, reference, toLink));
  }
  if (types.length > 0) parts.push('## Types');
  for (const type of types) parts.push(typeMarkdown(type, reference, { level: 3, link }));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const tableCell = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

/** Functions by their paths: what the index must name. */
export const functionsOf = ({ entries }: Reference): string[] =>
  entries.filter(({ kind }) => kind === 'function').map(({ path }) => path);

/** Names in the index: code that could be a path of the module. */
export const namesInIndex = (text: string, { entries }: Reference): string[] => {
  const tops = new Set(entries.map(({ path }) => path.split('.')[0]!));
  return [...text.matchAll(/`([A-Za-z]\w*(?:\.\w+)*)`/g)]
    .map(([, name]) => name!)
    .filter((name) => tops.has(name.split('.')[0]!));
};

/** The heading of what nobody has put under a task yet. */
const OTHER = '## Other';

/** The index with a link at each name, and functions that it lacks at its end. */
export function withLinks(index: string, reference: Reference): string {
  const missing = functionsOf(reference).filter((path) => !namesInIndex(index, reference).includes(path));
  const list = missing.map((path) => `- \`${path}\`\n`).join('');
  const whole = missing.length === 0 ? index : index.includes(OTHER) ? index + list : `${index}\n${OTHER}\n\n${list}`;
  const known = new Map(reference.entries.map((entry) => [entry.path, entry]));
  return whole.replace(/(?:\[)?`([A-Za-z]\w*(?:\.\w+)*)`(?:\]\([\w.#-]*\))?/g, (all, path: string) => {
    const entry = known.get(path);
    if (!entry) return all.replace(/^\[(`[^`]+`)\].*$/, '$1');
    const page = pageOf(path, reference);
    return `[\`${path}\`](${page}.md${page === path ? '' : `#${anchor(path)}`})`;
  });
}
