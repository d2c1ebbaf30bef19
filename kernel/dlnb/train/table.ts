// Tables that tools of `train` show: columns with titles, numbers to the right, as HTML and as text.
import { html, type MarkupValue } from '../../outputs/html.ts';
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';

/** A cell: a text, a number in words, or either with an emphasis. */
export type Cell = string | { text: string; bold?: boolean; color?: 'good' | 'bad' | 'dim'; title?: string };

export interface Column {
  title: string;
  /** Numbers stand to the right. */
  number?: boolean;
}

export interface Table {
  /** A line above. */
  caption?: string | undefined;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** Lines below. */
  notes?: readonly Cell[];
}

const COLORS = {
  good: 'color: var(--vscode-testing-iconPassed, #2e7d32)',
  bad: 'color: var(--vscode-testing-iconFailed, #c62828)',
  dim: 'opacity: 0.75',
};

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);

function shownCell(cell: Cell): MarkupValue | string {
  if (typeof cell === 'string') return cell;
  const { text, bold, color, title } = cell;
  const style = [...(bold ? ['font-weight: bold'] : []), ...(color ? [COLORS[color]] : [])].join('; ');
  return html`<span style="${style}" title="${title ?? ''}">${text}</span>`;
}

const place = (number: boolean | undefined) =>
  `text-align: ${number ? 'right' : 'left'}; padding: 2px 16px 2px 0; white-space: nowrap; vertical-align: top` +
  (number ? '; font-variant-numeric: tabular-nums' : '');

/** The table as HTML. It scrolls by itself where it is too wide. */
export function tableHtml({ caption, columns, rows, notes = [] }: Table): string {
  const head = columns.map(
    ({ title, number }) => html`<th style="${place(number)}; font-weight: normal; ${COLORS.dim}">${title}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, i) => html`<td style="${place(columns[i]?.number)}">${shownCell(cell)}</td>`)}
      </tr>`,
  );
  return html`<div class="dlnb-table" style="overflow-x: auto">
    ${caption === undefined ? '' : html`<div style="padding-bottom: 4px">${caption}</div>`}
    <table style="border-collapse: collapse">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
    ${notes.map((note) => html`<div style="padding-top: 4px">${shownCell(note)}</div>`)}
  </div>`.text;
}

/** The table as text, its columns aligned. */
export function tableText({ caption, columns, rows, notes = [] }: Table): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const body = lines.map((line) =>
    line
      .map((cell, i) => (columns[i]?.number ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  return [...(caption === undefined ? [] : [caption]), ...body, ...notes.map(textOf)].join('\n');
}

/** The table as a value that shows itself. */
export const shownTable = (table: Table): Displayable => ({
  [DISPLAY]: () => ({ 'text/html': tableHtml(table), 'text/plain': tableText(table) }),
});

/** A list that shows itself as a table. */
export function listAsTable<T>(list: T[], table: () => Table): T[] & Displayable {
  return Object.defineProperty(list, DISPLAY, { value: shownTable(table())[DISPLAY] }) as T[] & Displayable;
}
