// The virtual document: all code cells of a notebook as one TypeScript file, in which each cell is a block inside the
// block of the cell above. So a name means its newest declaration above, of whatever kind. Every place of a cell's text
// has one place in the file. Pure: no server, no editor.
import { isRunnable } from '../notebook/format/languages.ts';
import { readCell, type CellFacts } from './cell.ts';
import { makeChunk, type Chunk, type Naming, type Part } from './chunk.ts';
import { lastAtMost, lineStarts, offsetAt, positionAt, type Position } from './lines.ts';

/** A cell of a notebook. */
export interface Cell {
  /** Unique in the notebook. */
  id: string;
  kind: 'code' | 'markdown';
  /** A VS Code language id. Cells of languages that the kernel does not run are left out. */
  language: string;
  text: string;
}

/** A place in a cell's text, by offset. */
export interface CellPlace {
  cell: string;
  offset: number;
  /** Whether the place is one of the cell's text, and not of text that was added around it. */
  exact: boolean;
}

/** A range of a text. */
export interface Range {
  start: Position;
  end: Position;
}

/** A range of a cell's text. */
export interface CellRange {
  cell: string;
  range: Range;
  /** Whether both ends are places of the cell's text. */
  exact: boolean;
}

/** A change of the virtual document: the text in the place of a range of the document before. */
export interface Change {
  range: Range;
  text: string;
}

/** A use of a name that a cell further down declares. */
export interface Below {
  cell: string;
  name: string;
  start: number;
  end: number;
  /** The cell that declares it. */
  declaredIn: string;
}

interface Read {
  language: string;
  text: string;
  starts: readonly number[];
  facts: CellFacts;
  /** Names that are used in front of their declaration in the cell. */
  early: readonly string[];
}

interface Entry {
  cell: Cell;
  read: Read;
  naming: string;
  /** Names that the cell imports as a cell above does. */
  repeated: ReadonlySet<string>;
  chunk: Chunk;
}

/** A part of the document's text: the head or the body of a cell, or the end of the document. */
interface Placed {
  part: Part;
  entry: Entry | undefined;
  lines: readonly number[];
}

const lines = new WeakMap<Part, readonly number[]>();
const linesOf = (part: Part) => {
  let found = lines.get(part);
  if (!found) lines.set(part, (found = lineStarts(part.text)));
  return found;
};

/** What stands for a name at some point of the document. */
interface Binding {
  /** 0: the name itself. */
  number: number;
  /** Whether it is a name of the file, and from where it is imported. */
  file: boolean;
  from?: string | undefined;
}

/** The cells of one notebook as one TypeScript file. */
export class VirtualDocument {
  private entries = new Map<string, Entry>();
  private placed: Placed[] = [];
  /** The offsets and the lines where the parts begin. */
  private offsets: number[] = [];
  private firstLines: number[] = [];
  private heads = new Map<string, number>();
  private bodies = new Map<string, number>();
  private whole: string | undefined;
  /** Whether a cell has JSX: the file is a `.tsx` then. */
  jsx = false;
  /** Uses of names that are imported further down: for TypeScript these are no errors. */
  below: readonly Below[] = [];

  constructor(cells: readonly Cell[] = []) {
    this.update(cells);
  }

  /** The text of the file. */
  get text(): string {
    return (this.whole ??= this.placed.map(({ part }) => part.text).join(''));
  }

  /** The cells that are in the file, in their order. */
  get cells(): Cell[] {
    return [...this.entries.values()].map(({ cell }) => cell);
  }

  /** What was read of a cell; undefined for cells that are not in the file. */
  facts(id: string): CellFacts | undefined {
    return this.entries.get(id)?.read.facts;
  }

  /** Where the block of a cell stands in the file. @throws RangeError for a cell that is not in the file */
  bodyOf(id: string): { start: number; end: number } {
    const i = this.bodies.get(id);
    if (i === undefined) throw new RangeError(`The cell ${id} is not in the document.`);
    return { start: this.offsets[i]!, end: this.offsets[i]! + this.placed[i]!.part.text.length };
  }

  /** Whether all names that are imported in a range of a cell are imported so in a cell above, whose names count. */
  isRepeated(id: string, start: number, end: number): boolean {
    const { read, repeated } = this.entries.get(id)!;
    const { uses } = read.facts.names;
    const names = [...read.facts.imports.keys()].filter((name) =>
      uses.get(name)?.some((use) => use.imports && use.start >= start && use.end <= end),
    );
    return names.length > 0 && names.every((name) => repeated.has(name));
  }

  /**
   * Takes the cells of the notebook as they are now. Only cells with another text are read.
   * @returns how the text changes; undefined if it does not
   */
  update(cells: readonly Cell[]): Change | undefined {
    const old = this.placed;
    const position = (offset: number) => this.positionAt(offset);
    const entries = new Map<string, Entry>();
    const code = cells.filter(({ kind, language }) => kind === 'code' && isRunnable(language));
    const reads = code.map((cell) => this.read(cell));
    const jsx = reads.some(({ facts }) => facts.jsx);
    const namings = new Namings(code, reads);
    code.forEach((cell, i) => {
      const read = reads[i]!;
      const naming = namings.next(i);
      const key = `${jsx ? 'x' : ''}${keyOf(naming)}`;
      const before = this.entries.get(cell.id);
      const same = before?.read === read && before.naming === key;
      const chunk = same ? before.chunk : makeChunk(cell.text, read.facts, naming, jsx);
      entries.set(cell.id, { cell, read, naming: key, repeated: naming.repeated, chunk });
    });
    const list = [...entries.values()];
    const placed: Placed[] = [
      ...list.map((entry) => place(entry.chunk.head, entry)),
      ...list.map((entry) => place(entry.chunk.body, entry)),
      place(footOf(list.length), undefined),
    ];
    const change = difference(old, placed, position);
    this.entries = entries;
    this.jsx = jsx;
    this.below = namings.below;
    this.take(placed, list.length);
    return change;
  }

  private take(placed: Placed[], count: number): void {
    this.placed = placed;
    this.whole = undefined;
    this.offsets = [];
    this.firstLines = [];
    this.heads = new Map();
    this.bodies = new Map();
    let offset = 0;
    let line = 0;
    placed.forEach(({ part, lines, entry }, i) => {
      this.offsets.push(offset);
      this.firstLines.push(line);
      if (entry) (i < count ? this.heads : this.bodies).set(entry.cell.id, i);
      offset += part.text.length;
      line += lines.length - 1;
    });
  }

  private read(cell: Cell): Read {
    const before = this.entries.get(cell.id)?.read;
    if (before && before.text === cell.text && before.language === cell.language) return before;
    const facts = readCell(cell.text, cell.language);
    const early: string[] = [];
    for (const [name, { scope, hoisted, end }] of facts.names.declared)
      if (scope === 'block' && !hoisted)
        if (facts.names.uses.get(name)?.some((use) => use.now && use.read && use.start < end)) early.push(name);
    return { language: cell.language, text: cell.text, starts: lineStarts(cell.text), facts, early };
  }

  /**
   * The place in the file of a place in a cell.
   * @throws RangeError for a cell that is not in the file
   */
  toVirtual(id: string, offset: number): number {
    const [head, body] = [this.heads.get(id), this.bodies.get(id)];
    if (head === undefined || body === undefined) throw new RangeError(`The cell ${id} is not in the document.`);
    for (const i of [head, body]) {
      const { part, entry } = this.placed[i]!;
      if (i === head && !entry!.read.facts.moved.some(({ start, end }) => offset >= start && offset < end)) continue;
      // Of two pieces that meet there the second one; at the end of the cell the last one
      const piece = part.pieces.findLast(({ start }) => start <= offset)!;
      return this.offsets[i]! + piece.at + Math.min(offset - piece.start, piece.length);
    }
    throw new RangeError(`The cell ${id} has no place ${offset}.`);
  }

  /**
   * The place in a cell of a place in the file, or the last one above it; undefined at the end of the file and in what
   * stands in front of a cell.
   */
  toCell(offset: number): CellPlace | undefined {
    const i = Math.max(0, lastAtMost(this.offsets, offset));
    // Parts without text begin where the next one begins
    const { part, entry } = this.placed[i]!;
    if (!entry) return undefined;
    const at = offset - this.offsets[i]!;
    const cell = entry.cell.id;
    const index = part.pieces.findLastIndex((piece) => piece.at <= at);
    const piece = part.pieces[index];
    if (!piece) return undefined;
    const inside = at - piece.at;
    return { cell, offset: piece.start + Math.min(inside, piece.length), exact: inside <= piece.length };
  }

  /** The offset of a place of a cell. @throws RangeError for a cell that is not in the file */
  cellOffset(id: string, position: Position): number {
    const read = this.entries.get(id)?.read;
    if (!read) throw new RangeError(`The cell ${id} is not in the document.`);
    return offsetAt(read.starts, position, read.text.length);
  }

  /** The line and column of an offset of a cell. */
  cellPosition(id: string, offset: number): Position {
    return positionAt(this.entries.get(id)!.read.starts, offset);
  }

  /** The place in the file of a place in a cell, by lines. @throws RangeError for a cell that is not in the file */
  virtualPosition(id: string, position: Position): Position {
    return this.positionAt(this.toVirtual(id, this.cellOffset(id, position)));
  }

  /** The range of a cell that a range of the file is; undefined if it is no part of one cell. */
  cellRange({ start, end }: Range): CellRange | undefined {
    const from = this.toCell(this.offsetAt(start));
    const to = this.toCell(this.offsetAt(end));
    if (!from || !to || from.cell !== to.cell || to.offset < from.offset) return undefined;
    const range = { start: this.cellPosition(from.cell, from.offset), end: this.cellPosition(to.cell, to.offset) };
    return { cell: from.cell, range, exact: from.exact && to.exact };
  }

  /** The line and column of an offset of the file. */
  positionAt(offset: number): Position {
    if (this.placed.length === 0) return { line: 0, character: 0 };
    const i = Math.max(0, lastAtMost(this.offsets, offset));
    const { line, character } = positionAt(this.placed[i]!.lines, offset - this.offsets[i]!);
    return { line: line + this.firstLines[i]!, character };
  }

  /** The offset of a line and column of the file. */
  offsetAt(position: Position): number {
    const i = Math.max(0, lastAtMost(this.firstLines, position.line));
    const { part, lines } = this.placed[i]!;
    const inside = { line: position.line - this.firstLines[i]!, character: position.character };
    return this.offsets[i]! + offsetAt(lines, inside, part.text.length);
  }
}

const place = (part: Part, entry: Entry | undefined): Placed => ({ part, entry, lines: linesOf(part) });

let feet: Part[] = [];
/** The end of a file of so many cells: it closes their blocks, and makes it a module. */
function footOf(cells: number): Part {
  if (feet.length > 100) feet = [];
  return (feet[cells] ??= { text: `${'}'.repeat(cells)}\nexport {};\n`, pieces: [] });
}

function keyOf({ uses, imports, before }: Naming): string {
  if (uses.size + imports.size + before.size === 0) return '';
  return JSON.stringify([[...uses], [...imports], [...before].map(([name, { own, above }]) => [name, own, above])]);
}

/** Says for each cell, in their order, how its names are written. */
class Namings {
  readonly below: Below[] = [];
  /** What each name means at the end of the cells so far. */
  private readonly bound = new Map<string, Binding>();
  /** How often each name was given. */
  private readonly given = new Map<string, number>();
  /** Names that some cell declares for the whole file, and the last cell that does. */
  private readonly ofFile = new Map<string, number>();

  constructor(
    private readonly cells: readonly Cell[],
    private readonly reads: readonly Read[],
  ) {
    reads.forEach(({ facts }, i) => {
      for (const [name, { scope }] of facts.names.declared) if (scope === 'file') this.ofFile.set(name, i);
    });
  }

  /** The next cell's names. @param i its index */
  next(i: number): Naming & { repeated: ReadonlySet<string> } {
    const { facts, early } = this.reads[i]!;
    const { declared, uses } = facts.names;
    const naming = {
      uses: new Map<string, number>(),
      imports: new Map<string, number>(),
      before: new Map<string, { own: number; above: number }>(),
      repeated: new Set<string>(),
    };
    for (const name of early) {
      const above = this.bound.get(name);
      if (above) naming.before.set(name, { own: this.another(name), above: above.number });
    }
    for (const [name, { scope }] of declared) {
      if (scope === 'file') this.declareInFile(name, facts.imports.get(name), naming);
      else this.bound.set(name, { number: 0, file: false });
    }
    for (const [name, last] of this.ofFile) {
      const list = uses.get(name);
      if (!list) continue;
      const binding = this.bound.get(name);
      if (binding && binding.number > 0) naming.uses.set(name, binding.number);
      if (!binding && last > i)
        for (const { start, end } of list)
          this.below.push({
            cell: this.cells[i]!.id,
            name,
            start,
            end,
            declaredIn: this.cells[this.firstBelow(name, i)]!.id,
          });
    }
    return naming;
  }

  private declareInFile(
    name: string,
    from: string | undefined,
    naming: { imports: Map<string, number>; repeated: Set<string> },
  ): void {
    const before = this.bound.get(name);
    const first = !before && !this.given.has(name);
    const number = first ? 0 : this.another(name);
    if (first) this.given.set(name, 1);
    if (number > 0 && from !== undefined) naming.imports.set(name, number);
    // The same import once more: its uses stay those of the first
    if (before?.file && from !== undefined && before.from === from) return void naming.repeated.add(name);
    this.bound.set(name, { number, file: true, from });
  }

  private another(name: string): number {
    const number = (this.given.get(name) ?? 1) + 1;
    this.given.set(name, number);
    return number;
  }

  /** The first cell below that declares a name for the file. */
  private firstBelow(name: string, after: number): number {
    return this.reads.findIndex(({ facts }, i) => i > after && facts.names.declared.get(name)?.scope === 'file');
  }
}

/** The difference of two texts in parts. @param position of an offset of the text before */
function difference(
  before: readonly Placed[],
  after: readonly Placed[],
  position: (offset: number) => Position,
): Change | undefined {
  let first = 0;
  let start = 0;
  const same = (a: Placed, b: Placed) => a.part === b.part || a.part.text === b.part.text;
  while (first < before.length && first < after.length && same(before[first]!, after[first]!))
    start += before[first++]!.part.text.length;
  let [lastBefore, lastAfter] = [before.length, after.length];
  while (lastBefore > first && lastAfter > first && same(before[lastBefore - 1]!, after[lastAfter - 1]!))
    [lastBefore, lastAfter] = [lastBefore - 1, lastAfter - 1];
  const join = (list: readonly Placed[], to: number) =>
    list
      .slice(first, to)
      .map(({ part }) => part.text)
      .join('');
  const [a, b] = [join(before, lastBefore), join(after, lastAfter)];
  if (a === b) return undefined;
  let head = 0;
  while (head < a.length && head < b.length && a.charCodeAt(head) === b.charCodeAt(head)) head++;
  while (head > 0 && isInside(a, head)) head--;
  let foot = 0;
  const most = Math.min(a.length, b.length) - head;
  while (foot < most && a.charCodeAt(a.length - 1 - foot) === b.charCodeAt(b.length - 1 - foot)) foot++;
  while (foot > 0 && (isInside(a, a.length - foot) || isInside(b, b.length - foot))) foot--;
  return {
    range: { start: position(start + head), end: position(start + a.length - foot) },
    text: b.slice(head, b.length - foot),
  };
}

/** Whether a place is inside of a character or of a line break. */
function isInside(text: string, at: number): boolean {
  const [left, right] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (left >= 0xd800 && left < 0xdc00) || (right >= 0xdc00 && right < 0xe000) || (left === 13 && right === 10);
}
