// Values as a table, a page at a time, because a table of all values would be slow in a browser.
import { button, element } from '../shared/dom.ts';
import { count } from '../shared/numbers.ts';
import type { Part } from './part.ts';
import { lineOf } from './plane.ts';

const PAGE = { rows: 60, columns: 30 };

export interface TableState {
  /** Axes down and across, outermost first. */
  down: readonly number[];
  across: readonly number[];
  /** Offset of the sliders' positions in the values. */
  base: number;
  /** First row and column of the page. */
  row: number;
  column: number;
}

/** @param turned called with the first row and column of the requested page */
export function table(part: Part, state: TableState, turned: (row: number, column: number) => void): HTMLElement {
  const { down, across, base, row, column } = state;
  const [rows, columns] = [lineOf(part, down).offsets, lineOf(part, across).offsets];
  const [lastRow, lastColumn] = [
    Math.min(rows.length, row + PAGE.rows),
    Math.min(columns.length, column + PAGE.columns),
  ];
  const grid = element('table', part.dtype === 'string' ? 'texts' : '');
  const head = grid.createTHead().insertRow();
  const heading = (text: string, scope: string) => {
    const cell = element('th', '', text);
    cell.scope = scope;
    return cell;
  };
  head.append(heading('', 'col'));
  for (let c = column; c < lastColumn; c++) head.append(heading(indexOn(part, across, base + columns[c]!), 'col'));
  const body = grid.createTBody();
  for (let r = row; r < lastRow; r++) {
    const line = body.insertRow();
    line.append(heading(indexOn(part, down, base + rows[r]!), 'row'));
    for (let c = column; c < lastColumn; c++) line.append(valueCell(part, base + rows[r]! + columns[c]!));
  }
  const box = element('div', 'table');
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', 'Values');
  box.append(grid);
  const whole = element('div', '');
  whole.append(box);
  const pages = element('div', 'pages');
  const turn = (name: string, from: number, to: number, all: number, size: number, go: (first: number) => void) => {
    if (all <= size) return;
    const back = button('‹', `Earlier ${name}`, () => go(Math.max(0, from - size)));
    const on = button('›', `Later ${name}`, () => go(to));
    back.disabled = from === 0;
    on.disabled = to >= all;
    pages.append(back, element('span', '', `${name} ${count(from)}…${count(to - 1)} of ${count(all)}`), on);
  };
  turn('rows', row, lastRow, rows.length, PAGE.rows, (first) => turned(first, column));
  turn('columns', column, lastColumn, columns.length, PAGE.columns, (first) => turned(row, first));
  if (pages.childElementCount > 0) whole.append(pages);
  return whole;
}

/** The index of a value along some axes, as the name of a row or a column. */
function indexOn(part: Part, axes: readonly number[], at: number): string {
  const index = part.indexOf(at);
  return axes.map((axis) => index[axis]).join(', ');
}

function valueCell(part: Part, at: number): HTMLElement {
  const text = part.text(at);
  const cell = element('td', part.dtype === 'string' ? 'text' : '', text);
  if (/NaN|∞/.test(text) && part.dtype !== 'string') cell.className = 'special';
  return cell;
}
