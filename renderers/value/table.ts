// An array of records as a table: pages of the rows that a text asks for, sorted by the column that is clicked.
import type { ValueNode, ValueTable } from '../../kernel/wire/value.ts';
import { button, element } from '../shared/dom.ts';
import { count } from '../shared/numbers.ts';
import { csv, rowFilter } from './filter.ts';

/** Rows on a page. */
const PAGE = 20;
/** Tables with fewer rows have no filter. */
const FILTERED = 6;

/** The order of the rows: none, or by a column. */
interface Order {
  column: number;
  descending: boolean;
}

type Indexed = { index: number; cells: (ValueNode | null)[] };

export function drawTable({ columns, moreColumns, rows, total }: ValueTable): HTMLElement {
  const box = element('div', 'table-box');
  const scroller = element('div', 'scroller');
  const table = element('table', '');
  table.setAttribute('aria-label', `Table of ${count(total)} records with ${count(columns.length)} columns`);
  const head = element('thead', '');
  const body = element('tbody', '');
  table.append(head, body);
  scroller.append(table);
  // Keyboards scroll it
  scroller.tabIndex = 0;
  const foot = element('div', 'foot');
  const copied = element('span', 'facts');
  copied.setAttribute('role', 'status');
  let asked = '';
  if (rows.length >= FILTERED)
    box.append(
      filterBox(columns, (text) => {
        asked = text;
        page = 0;
        draw();
      }),
    );
  box.append(scroller, foot);
  const all: Indexed[] = rows.map((cells, index) => ({ index, cells }));
  const numeric = columns.map((_, c) => isNumeric(rows, c));
  let order: Order | undefined;
  let page = 0;

  const draw = () => {
    const isAsked = rowFilter(asked, columns);
    const found = all.filter(({ cells }) => isAsked(cells));
    const sorted = order ? sort(found, order) : found;
    const from = page * PAGE;
    head.replaceChildren(headRow());
    body.replaceChildren(...sorted.slice(from, from + PAGE).map((row) => bodyRow(row, numeric)));
    if (found.length === 0) body.append(emptyRow(columns.length + 1));
    copied.textContent = '';
    foot.replaceChildren(...footParts(from, Math.min(from + PAGE, found.length), sorted));
  };
  const copy = async (shown: readonly Indexed[]) => {
    const text = csv(
      columns,
      shown.map(({ cells }) => cells),
    );
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = `Copied ${count(shown.length)} ${shown.length === 1 ? 'row' : 'rows'}.`;
    } catch (e) {
      copied.textContent = `The rows could not be copied: ${(e as Error).message}`;
    }
  };
  const headRow = () => {
    const row = element('tr', '');
    row.append(element('th', 'index', ''));
    columns.forEach((name, column) => {
      const cell = element('th', numeric[column] ? 'number' : '');
      cell.scope = 'col';
      const mine = order?.column === column ? order : undefined;
      if (mine) cell.setAttribute('aria-sort', mine.descending ? 'descending' : 'ascending');
      const mark = mine ? (mine.descending ? ' ↓' : ' ↑') : '';
      cell.append(button(`${name}${mark}`, `Sort by ${name}`, () => sortBy(column), 'head'));
      row.append(cell);
    });
    return row;
  };
  const sortBy = (column: number) => {
    // First click upward, second downward, third as in the array
    if (order?.column !== column) order = { column, descending: false };
    else if (!order.descending) order = { column, descending: true };
    else order = undefined;
    page = 0;
    draw();
    head.querySelectorAll('button')[column]?.focus();
  };
  const footParts = (from: number, to: number, found: readonly Indexed[]): HTMLElement[] => {
    const part = found.length > PAGE ? `${count(from + 1)} to ${count(to)} of ` : '';
    const shown = found.length < rows.length ? `${part}${count(found.length)} found in ` : part;
    const facts = [`${shown}${count(total)} ${total === 1 ? 'record' : 'records'}`];
    if (rows.length < total) facts.push(`the first ${count(rows.length)} are in this output`);
    if (moreColumns > 0) facts.push(`${count(moreColumns)} more columns`);
    const parts: HTMLElement[] = [element('span', 'facts', facts.join(' · '))];
    if (found.length > PAGE) {
      const turn = (by: number, text: string, title: string) => {
        const made = button(
          text,
          title,
          () => {
            page += by;
            draw();
            (foot.querySelector<HTMLButtonElement>(by < 0 ? '.back' : '.on') ?? made).focus();
          },
          by < 0 ? 'back' : 'on',
        );
        made.disabled = by < 0 ? page === 0 : to === found.length;
        return made;
      };
      parts.push(turn(-1, '‹ Back', 'Previous rows'), turn(1, 'Next ›', 'Next rows'));
    }
    const what = 'Copies the rows that are found, in their order, as comma-separated values';
    const copier = button('Copy CSV', what, () => void copy(found));
    copier.disabled = found.length === 0;
    parts.push(copier, copied);
    return parts;
  };
  draw();
  return box;
}

/** The field whose text rows are found by. */
function filterBox(columns: readonly string[], changed: (text: string) => void): HTMLElement {
  const input = element('input', 'filter');
  input.type = 'search';
  input.spellcheck = false;
  input.placeholder = 'Filter';
  const example = /[\s<>=!]/.test(columns[0]!) ? `"${columns[0]!}"` : columns[0]!;
  input.title = `Words that a row must have, or a column compared: ${example} > 1`;
  input.setAttribute('aria-label', `Filter rows. ${input.title}`);
  input.addEventListener('input', () => changed(input.value));
  // Keys are for the text, not for the notebook
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key !== 'Escape' || input.value === '') return;
    input.value = '';
    changed('');
  });
  input.addEventListener('click', (event) => event.stopPropagation());
  return input;
}

function emptyRow(columns: number): HTMLElement {
  const row = element('tr', '');
  const cell = element('td', 'none', 'No row has this.');
  cell.colSpan = columns;
  row.append(cell);
  return row;
}

function bodyRow({ index, cells }: Indexed, numeric: readonly boolean[]): HTMLElement {
  const row = element('tr', '');
  const number = element('th', 'index', String(index));
  number.scope = 'row';
  row.append(number);
  cells.forEach((cell, column) => {
    const made = element('td', `${numeric[column] ? 'number ' : ''}value ${cell?.kind ?? 'empty'}`, cell?.text ?? '');
    if (cell && cell.text.length > 40) made.title = cell.text;
    row.append(made);
  });
  return row;
}

/** Whether all values of a column are numbers, or missing. */
function isNumeric(rows: ValueTable['rows'], column: number): boolean {
  const kinds = rows.map((row) => row[column]?.kind ?? 'empty');
  return kinds.includes('number') && kinds.every((kind) => kind === 'number' || kind === 'empty');
}

/** Numbers by size, texts by the alphabet; what is missing or no number comes last in both directions. */
function sort(rows: readonly Indexed[], { column, descending }: Order): Indexed[] {
  const sign = descending ? -1 : 1;
  const rank = (cell: ValueNode | null | undefined) =>
    !cell || cell.kind === 'empty' || cell.text === 'NaN' ? 2 : cell.kind === 'number' ? 0 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    const [i, j] = [rank(x), rank(y)];
    if (i === 2 || j === 2) return i - j || a.index - b.index;
    if (i !== j) return sign * (i - j);
    const by =
      i === 0
        ? Number(x!.text.replace(/n$/, '')) - Number(y!.text.replace(/n$/, ''))
        : x!.text.localeCompare(y!.text, 'en');
    return sign * by || a.index - b.index;
  });
}
