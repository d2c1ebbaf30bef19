// Shapes of tensors that are known before cells run, and calls whose shapes cannot fit, in all cells of a notebook. Read
// from the code alone: names that are never assigned again, shapes that are written as numbers, and the ops that follow
// from them. TypeScript's own types cannot say it: a `let` would keep the shape of its first value.
import type { CellFacts } from './cell.ts';
import { isSame, type Known } from './known.ts';
import { ShapeReader, summarize, type Around, type CellShapes, type Summary } from './shape-reader.ts';

/** The cells of a notebook as they were read, such as a virtual document has them. */
export interface ReadCells {
  cells: readonly { id: string; text: string }[];
  facts(id: string): CellFacts | undefined;
}

const EMPTY: CellShapes = { misfits: [], shapes: [] };
const WORDS = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

interface Kept {
  facts: CellFacts;
  summary: Summary;
  found?: Found;
}
interface Found {
  cell: CellShapes;
  /** What is known of names behind the cell, if it declares or changes them. */
  own: ReadonlyMap<string, Known>;
  /** What was known of the names that it uses, and whether anything could be. */
  uses: ReadonlyMap<string, { known: Known; assigned: boolean; again: boolean }>;
}

/** The shapes of one notebook, kept from edit to edit: a cell is read again when it, or what it uses, has changed. */
export class NotebookShapes {
  private kept = new Map<string, Kept>();

  /** What is known of the cells as they are now, by their ids. */
  of(document: ReadCells): ReadonlyMap<string, CellShapes> {
    const kept = new Map<string, Kept>();
    const around = { assigned: new Set<string>(), declared: new Map<string, number>() };
    for (const { id, text } of document.cells) {
      const facts = document.facts(id)!;
      const before = this.kept.get(id);
      const now = before?.facts === facts ? before : { facts, summary: summaryOf(text, facts) };
      kept.set(id, now);
      for (const name of now.summary.assigned) around.assigned.add(name);
      for (const name of now.summary.declared) around.declared.set(name, (around.declared.get(name) ?? 0) + 1);
    }
    this.kept = kept;
    const names = new Map<string, Known>();
    const result = new Map<string, CellShapes>();
    for (const [id, cell] of kept) {
      if (!cell.found || !isValid(cell.found, names, around)) cell.found = find(id, cell, names, around);
      for (const [name, known] of cell.found.own) names.set(name, known);
      result.set(id, cell.found.cell);
    }
    return result;
  }
}

/** In a cell that cannot be read, every word may be a name that is assigned. */
function summaryOf(text: string, { root }: CellFacts): Summary {
  try {
    if (root) return summarize(root);
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
  }
  return { assigned: new Set(text.match(WORDS)), declared: [] };
}

function isValid({ uses }: Found, names: ReadonlyMap<string, Known>, { assigned, declared }: Around): boolean {
  for (const [name, use] of uses)
    if (
      use.assigned !== assigned.has(name) ||
      use.again !== (declared.get(name) ?? 0) > 1 ||
      !isSame(use.known, names.get(name))
    )
      return false;
  return true;
}

function find(id: string, { facts }: Kept, names: ReadonlyMap<string, Known>, around: Around): Found {
  const reader = new ShapeReader(id, names, around);
  let isWhole = true;
  try {
    if (facts.root) reader.read(facts.root);
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
    // Nested too deeply: what it declares is not known
    isWhole = false;
    for (const name of facts.names.declared.keys()) reader.own.set(name, undefined);
  }
  const { assigned, declared } = around;
  const uses = [...reader.uses].map(
    (name) =>
      [name, { known: names.get(name), assigned: assigned.has(name), again: (declared.get(name) ?? 0) > 1 }] as const,
  );
  const { misfits, shapes } = reader;
  return { cell: isWhole ? { misfits, shapes } : EMPTY, own: reader.own, uses: new Map(uses) };
}
