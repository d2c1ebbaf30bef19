// A small terminal: folds printed text with cursor movements and erasing into the text that a terminal would show.
// Only the last rows can change, as on a terminal's screen; text without such sequences passes unread.
import { eastAsianWidth } from 'get-east-asian-width';
import { SCREEN_COLUMNS, SCREEN_ROWS } from '../wire/limits.ts';

/** Wider lines are not broken, but the cursor moves over them as if they were. */
const COLUMNS = SCREEN_COLUMNS;
const ROWS = SCREEN_ROWS;

/** How the shown text changes: characters that its end loses, and the text that follows. */
export interface TextChange {
  back: number;
  text: string;
}

/** Colors and weights, as the parameters of SGR sequences; '' is the default. */
interface Style {
  fg: string;
  bg: string;
  /** Other attributes in rising order, for example `1` for bold. */
  on: readonly number[];
}
/** A place in a row. A wide character and a tab are followed by cells with an empty text. */
interface Cell {
  text: string;
  style: Style;
}
interface Row {
  /** Holes are places that nothing was written to. */
  cells: (Cell | undefined)[];
  /** Whether the row continues the line above. */
  continues: boolean;
}
interface Screen {
  rows: Row[];
  /** Position of the cursor. A column of {@link COLUMNS}: the next character begins a new row. */
  x: number;
  y: number;
  style: Style;
  saved: { x: number; y: number; style: Style } | undefined;
}

const PLAIN: Style = { fg: '', bg: '', on: [] };
/** Anything that more than appends: control characters but tab and line feed, sequences but colors. */

const MOVES = /[\0-\x08\x0b-\x1a\x1c-\x1f\x7f]|\x1b(?!\[[\d;:]*m)/;
/** One sequence, or the beginning of one at the end of the text. */

const SEQUENCE =
  /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*([0-OQ-WYZ\\`-~]))/y;

const UNFINISHED = /^\x1b(?:\[[ -?]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)$/;
/** A beginning longer than this is no sequence. */
const MAX_SEQUENCE = 4096;

const COLORS = /\x1b\[([\d;:]*)m/g;
/** Of plain text, this much is kept at most; more than a screen. */
const MAX_TAIL = 1 << 15;

export class TerminalText {
  /** The end of the shown text that can still change. */
  private tail = '';
  /** The style in which {@link tail} begins. */
  private tailStyle = PLAIN;
  /** The rows of {@link tail}, while the cursor is not at its end. */
  private screen: Screen | undefined;
  /** The beginning of a sequence whose rest has not come yet. */
  private unfinished = '';

  /** Takes printed text. @returns how the shown text changes */
  write(text: string): TextChange {
    if (!this.screen && !this.unfinished && !MOVES.test(text)) {
      this.keep(this.tail + text);
      return { back: 0, text };
    }
    const screen = this.screen ?? parse(this.tail, this.tailStyle);
    this.unfinished = draw(screen, this.unfinished + text);
    const shown = print(screen, this.tailStyle);
    const { tail } = this;
    const same = commonLength(tail, shown.text);
    const first = Math.max(0, screen.rows.length - ROWS);
    this.tail = shown.text.slice(shown.starts[first]);
    this.tailStyle = shown.styles[first]!;
    scroll(screen, first);
    this.screen = shown.atEnd ? undefined : screen;
    return { back: tail.length - same, text: shown.text.slice(same) };
  }

  /** The text behind the last line feed. */
  get lastLine(): string {
    return this.tail.slice(this.tail.lastIndexOf('\n') + 1);
  }

  /** From now on only the last characters of the shown text can change. */
  seal(characters = 0): void {
    if (this.screen && characters === 0) this.tailStyle = this.screen.style;
    this.screen = undefined;
    this.cutTail(Math.max(0, this.tail.length - characters));
  }

  private keep(tail: string): void {
    this.tail = tail;
    if (tail.length <= MAX_TAIL) return;
    let at = tail.length;
    for (let i = 0; i < ROWS && at > 0; i++) at = tail.lastIndexOf('\n', at - 1);
    this.cutTail(Math.max(at + 1, tail.length - COLUMNS * ROWS));
  }

  private cutTail(at: number): void {
    const gone = this.tail.slice(0, at);
    if (gone.includes('\x1b'))
      for (const [, codes] of gone.matchAll(COLORS)) this.tailStyle = styleAfter(this.tailStyle, codes!);
    this.tail = this.tail.slice(at);
  }
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i > 0 && /[\ud800-\udbff]/.test(a[i - 1]!)) i--;
  // A color sequence is replaced whole
  const escape = a.lastIndexOf('\x1b', i - 1);
  return escape >= 0 && i < end && i - escape < 30 && !/m/.test(a.slice(escape, i)) ? escape : i;
}

// ---- text to rows

const newRow = (continues = false): Row => ({ cells: [], continues });

function parse(text: string, style: Style): Screen {
  const screen: Screen = { rows: [newRow()], x: 0, y: 0, style, saved: undefined };
  draw(screen, text);
  return screen;
}

/** Forgets the first rows. */
function scroll(screen: Screen, count: number): void {
  screen.rows.splice(0, count);
  screen.y -= count;
  if (screen.saved) screen.saved.y = Math.max(0, screen.saved.y - count);
}

/** @returns the beginning of a sequence that the text ends with */
function draw(screen: Screen, text: string): string {
  for (let i = 0; i < text.length;) {
    const code = text.codePointAt(i)!;
    if (code === 0x1b) {
      SEQUENCE.lastIndex = i;
      const found = SEQUENCE.exec(text);
      if (found) {
        const [whole, parameters, final, escape] = found;
        if (final) control(screen, parameters!, final);
        else if (escape) simple(screen, escape);
        i += whole.length;
        continue;
      }
      const rest = text.slice(i, i + MAX_SEQUENCE);
      if (rest.length < MAX_SEQUENCE && UNFINISHED.test(rest)) return rest;
      i++;
      continue;
    }
    i += code > 0xffff ? 2 : 1;
    if (code < 32 || code === 127) character(screen, code);
    else put(screen, code);
  }
  return '';
}

function character(screen: Screen, code: number): void {
  switch (code) {
    case 8:
      screen.x = Math.max(0, Math.min(screen.x, COLUMNS - 1) - 1);
      return;
    case 9:
      return tab(screen);
    case 10:
    case 11:
    case 12:
      screen.x = 0;
      return down(screen, false);
    case 13:
      // Programs that use it do not know the width: it returns to the begin of the whole line
      while (screen.y > 0 && screen.rows[screen.y]!.continues) screen.y--;
      screen.x = 0;
  }
}

function down(screen: Screen, continues: boolean): void {
  if (++screen.y === screen.rows.length) screen.rows.push(newRow(continues));
  else if (continues) screen.rows[screen.y]!.continues = true;
}

function put(screen: Screen, code: number): void {
  const text = String.fromCodePoint(code);
  const width = widthOf(code, text);
  if (width === 0) return combine(screen, text);
  if (code > 0xff && joins(screen)) return combine(screen, text);
  if (screen.x + width > COLUMNS) {
    screen.x = 0;
    down(screen, true);
  }
  const { cells } = screen.rows[screen.y]!;
  clear(cells, screen.x, screen.x + width);
  cells[screen.x] = { text, style: screen.style };
  if (width === 2) cells[screen.x + 1] = { text: '', style: screen.style };
  screen.x += width;
}

function tab(screen: Screen): void {
  const { cells } = screen.rows[screen.y]!;
  const to = Math.min(COLUMNS - 1, (Math.floor(screen.x / 8) + 1) * 8);
  // Over text it only moves
  if (screen.x >= cells.length)
    for (let x = screen.x; x < to; x++) cells[x] = { text: x === screen.x ? '\t' : '', style: screen.style };
  screen.x = Math.max(screen.x, to);
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u{1f3fb}-\u{1f3ff}]$/u;

function widthOf(code: number, text: string): number {
  if (code < 0x300) return code >= 0x80 && code < 0xa0 ? 0 : 1;
  if (ZERO_WIDTH.test(text)) return 0;
  return eastAsianWidth(code);
}

/** The cell before the cursor. */
function before(screen: Screen): Cell | undefined {
  const { cells } = screen.rows[screen.y]!;
  let x = screen.x - 1;
  while (x > 0 && cells[x]?.text === '') x--;
  return cells[x];
}

/** Whether the next character is part of the same emoji. */
const joins = (screen: Screen) => before(screen)?.text.endsWith('\u200d') ?? false;

function combine(screen: Screen, text: string): void {
  const cell = before(screen);
  if (cell && cell.text.length < 64) cell.text += text;
}

/** Removes what is in these places. Of a wide character or tab that is cut, spaces remain. */
function clear(cells: Row['cells'], from: number, to: number): void {
  let first = from;
  while (first > 0 && cells[first]?.text === '') first--;
  let last = to;
  while (cells[last]?.text === '') last++;
  for (let x = first; x < Math.min(last, cells.length); x++)
    cells[x] = x < from || x >= to ? { text: ' ', style: cells[x]?.style ?? PLAIN } : undefined;
  trim(cells);
}

function trim(cells: Row['cells']): void {
  let length = cells.length;
  while (length > 0 && cells[length - 1] === undefined) length--;
  cells.length = length;
}

// ---- sequences

function control(screen: Screen, parameters: string, final: string): void {
  if (final === 'm') {
    if (/^[\d;:]*$/.test(parameters)) screen.style = styleAfter(screen.style, parameters);
    return;
  }
  // Modes, for example a hidden cursor
  if (/[<=>?]/.test(parameters)) return;
  const numbers = parameters.split(';').map(Number);
  const mode = numbers[0] || 0;
  const n = Math.min(mode || 1, 1000);
  const x = Math.min(screen.x, COLUMNS - 1);
  switch (final) {
    case 'A':
      return move(screen, x, screen.y - n);
    case 'B':
    case 'e':
      return move(screen, x, screen.y + n);
    case 'C':
    case 'a':
      return move(screen, x + n, screen.y);
    case 'D':
      return move(screen, x - n, screen.y);
    case 'E':
      return move(screen, 0, screen.y + n);
    case 'F':
      return move(screen, 0, screen.y - n);
    case 'G':
    case '`':
      return move(screen, n - 1, screen.y);
    case 'd':
      return move(screen, x, top(screen) + n - 1);
    case 'H':
    case 'f':
      return move(screen, (numbers[1] || 1) - 1, top(screen) + n - 1);
    case 'J':
      return eraseScreen(screen, mode);
    case 'K':
      return eraseLine(screen, mode);
    case 'X':
      return clear(screen.rows[screen.y]!.cells, x, x + n);
    case 'P':
      return shift(screen, x, -n);
    case '@':
      return shift(screen, x, n);
    case 'L':
      return insertRows(screen, n);
    case 'M':
      return deleteRows(screen, n);
    case 's':
      screen.saved = { x, y: screen.y, style: screen.style };
      return;
    case 'u':
      return restore(screen);
  }
}

function simple(screen: Screen, final: string): void {
  if (final === '7') screen.saved = { x: Math.min(screen.x, COLUMNS - 1), y: screen.y, style: screen.style };
  else if (final === '8') restore(screen);
  else if (final === 'D') down(screen, false);
  else if (final === 'E') character(screen, 10);
  else if (final === 'M') move(screen, screen.x, screen.y - 1);
  else if (final === 'c') {
    eraseScreen(screen, 2);
    move(screen, 0, 0);
    screen.style = PLAIN;
  }
}

function restore(screen: Screen): void {
  const { x, y, style } = screen.saved ?? { x: 0, y: top(screen), style: PLAIN };
  screen.style = style;
  move(screen, x, y);
}

/** The first row that the cursor reaches. */
const top = ({ rows }: Screen) => Math.max(0, rows.length - ROWS);

function move(screen: Screen, x: number, y: number): void {
  const first = top(screen);
  screen.x = Math.max(0, Math.min(x, COLUMNS - 1));
  screen.y = Math.max(first, Math.min(y, first + ROWS - 1));
  while (screen.rows.length <= screen.y) screen.rows.push(newRow());
}

function eraseLine(screen: Screen, mode: number): void {
  const { rows, y } = screen;
  const row = rows[y]!;
  const x = Math.min(screen.x, COLUMNS - 1);
  if (mode === 1) return clear(row.cells, 0, x + 1);
  if (mode !== 0 && mode !== 2) return;
  clear(row.cells, mode === 0 ? x : 0, COLUMNS);
  // The rest of a line that is wider than the terminal goes with it
  let after = y + 1;
  while (rows[after]?.continues) after++;
  rows.splice(y + 1, after - y - 1);
  if (mode === 2 || x === 0) row.continues = false;
}

function eraseScreen(screen: Screen, mode: number): void {
  const { rows, y } = screen;
  if (mode === 0) {
    eraseLine(screen, 0);
    rows.length = y + 1;
  } else if (mode === 1) {
    for (let i = top(screen); i < y; i++) rows[i] = newRow();
    eraseLine(screen, 1);
    rows[y]!.continues = false;
  } else if (mode === 2) {
    for (let i = top(screen); i <= y; i++) rows[i] = newRow();
    rows.length = y + 1;
  }
}

/** Inserts or deletes places at the cursor. */
function shift(screen: Screen, x: number, by: number): void {
  const { cells } = screen.rows[screen.y]!;
  if (x >= cells.length) return;
  clear(cells, x, by < 0 ? x - by : x);
  if (by < 0) cells.splice(x, -by);
  else if (x < cells.length) cells.splice(x, 0, ...Array.from({ length: Math.min(by, COLUMNS) }, () => undefined));
  cells.length = Math.min(cells.length, COLUMNS);
  trim(cells);
}

function insertRows(screen: Screen, n: number): void {
  const count = Math.min(n, ROWS);
  screen.rows.splice(screen.y, 0, ...Array.from({ length: count }, () => newRow()));
  screen.rows.length = Math.min(screen.rows.length, top(screen) + ROWS);
  screen.x = 0;
}

function deleteRows(screen: Screen, n: number): void {
  screen.rows.splice(screen.y, n);
  if (screen.rows.length <= screen.y) screen.rows.push(newRow());
  screen.x = 0;
}

// ---- colors

function styleAfter(style: Style, parameters: string): Style {
  const codes = parameters.split(';');
  let { fg, bg } = style;
  let on = [...style.on];
  const without = (...gone: number[]) => (on = on.filter((n) => !gone.includes(n)));
  for (let i = 0; i < codes.length; i++) {
    const text = codes[i]!;
    const code = parseInt(text || '0', 10);
    const color = () => {
      if (text.includes(':')) return text;
      const length = codes[i + 1] === '5' ? 3 : codes[i + 1] === '2' ? 5 : 1;
      const whole = codes.slice(i, i + length).join(';');
      i += length - 1;
      return length === 1 ? '' : whole;
    };
    if (code === 0) {
      fg = bg = '';
      on = [];
    } else if (code < 10 || code === 21 || code === 53) on = [...without(code), code].sort((a, b) => a - b);
    else if (code === 22) without(1, 2);
    else if (code === 24) without(4, 21);
    else if (code === 25) without(5, 6);
    else if (code > 22 && code < 30) without(code - 20);
    else if (code === 55) without(53);
    else if (code === 38) fg = color();
    else if (code === 48) bg = color();
    else if (code === 58) color();
    else if (code === 39) fg = '';
    else if (code === 49) bg = '';
    else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) fg = text;
    else if ((code >= 40 && code < 48) || (code >= 100 && code < 108)) bg = text;
  }
  const next = { fg, bg, on };
  return sameStyle(style, next) ? style : next;
}

const sameStyle = (a: Style, b: Style) => a === b || (a.fg === b.fg && a.bg === b.bg && a.on.join() === b.on.join());

/** The sequence that leads from one style to another. */
function change(from: Style, to: Style): string {
  if (sameStyle(from, to)) return '';
  if (sameStyle(to, PLAIN)) return '\x1b[0m';
  const codes: (string | number)[] = [];
  if (from.on.every((n) => to.on.includes(n))) codes.push(...to.on.filter((n) => !from.on.includes(n)));
  else return `\x1b[${['0', ...to.on, to.fg, to.bg].filter((c) => c !== '').join(';')}m`;
  if (from.fg !== to.fg) codes.push(to.fg || 39);
  if (from.bg !== to.bg) codes.push(to.bg || 49);
  return `\x1b[${codes.join(';')}m`;
}

// ---- rows to text

interface Printed {
  text: string;
  /** For each row, where it begins and in which style. */
  starts: number[];
  styles: Style[];
  /** Whether the cursor is at the end of the text, so that plain text may be appended. */
  atEnd: boolean;
}

function print(screen: Screen, begin: Style): Printed {
  const { rows, y } = screen;
  let last = rows.length - 1;
  while (last > y && rows[last]!.cells.length === 0) last--;
  rows.length = last + 1;
  let text = '';
  let style = begin;
  const starts: number[] = [];
  const styles: Style[] = [];
  for (const [i, { cells, continues }] of rows.entries()) {
    if (i > 0 && !continues) text += '\n';
    starts.push(text.length);
    styles.push(style);
    for (let x = 0; x < cells.length; x++) {
      const cell = cells[x];
      const own = cell?.style ?? PLAIN;
      if (own !== style) {
        text += change(style, own);
        style = own;
      }
      text += cell ? cell.text : ' ';
    }
    // Between a row that is not full and its continuation
    if (rows[i + 1]?.continues) for (let x = cells.length; x < COLUMNS - 1; x++) text += ' ';
  }
  const atEnd = y === last && screen.x === rows[y]!.cells.length && !screen.saved;
  if (atEnd) text += change(style, screen.style);
  return { text, starts, styles, atEnd };
}
