// Shapes of tensors that are known before cells run, and calls whose shapes cannot fit, in all cells of a notebook.
// Read from the code alone: names that are never assigned again, shapes that are written as numbers, and the ops that
// follow from them. TypeScript's own types cannot say it: a `let` would keep the shape of its first value.
import type { CellFacts } from './cell.ts';
import { isSame, type Known } from './known.ts';
import { summarize, type Around, type Summary } from './shape-names.ts';
import { ShapeReader, type CellShapes } from './shape-reader.ts';

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
  shapes: CellShapes;
  /** What is known behind the cell of the names that it declares or changes. */
  own: ReadonlyMap<string, Known>;
  /** What was known of the names that it uses, when it began. */
  uses: ReadonlyMap<string, Known>;
}

/** What the cells of a notebook say about names together. */
class Names implements Around {
  private readonly assigned = new Map<string, number>();
  private readonly declared = new Map<string, number>();

  isAssigned(name: string): boolean {
    return (this.assigned.get(name) ?? 0) > 0;
  }
  isAgain(name: string): boolean {
    return (this.declared.get(name) ?? 0) > 1;
  }

  /** Adds what a cell says, or takes it away. */
  private count(summary: Summary | undefined, by: 1 | -1): void {
    for (const name of summary?.assigned ?? []) this.assigned.set(name, (this.assigned.get(name) ?? 0) + by);
    for (const name of summary?.declared ?? []) this.declared.set(name, (this.declared.get(name) ?? 0) + by);
  }

  /** @returns the names of which something else is said now */
  replace(before: Summary | undefined, after: Summary | undefined): string[] {
    const names = [before, after].flatMap((summary) => (summary ? [...summary.assigned, ...summary.declared] : []));
    const states = () => names.map((name) => `${this.isAssigned(name)} ${this.isAgain(name)}`);
    const old = states();
    this.count(before, -1);
    this.count(after, 1);
    const now = states();
    return names.filter((_, i) => old[i] !== now[i]);
  }
}

/** The shapes of one notebook, kept from edit to edit: a cell is read again when it, or what it uses, has changed. */
export class NotebookShapes {
  private kept = new Map<string, Kept>();
  private readonly around = new Names();
  private result: ReadonlyMap<string, CellShapes> = new Map();

  /** What is known of the cells as they are now, by their ids. */
  of(document: ReadCells): ReadonlyMap<string, CellShapes> {
    const { cells } = document;
    const ids = [...this.kept.keys()];
    const isMoved = ids.length !== cells.length || cells.some(({ id }, i) => id !== ids[i]);
    const changed = cells.filter(({ id }) => this.kept.get(id)?.facts !== document.facts(id));
    if (!isMoved && changed.length === 0) return this.result;
    /** Names of which all cells say something else. */
    const other = new Set<string>();
    const kept = isMoved ? new Map<string, Kept>() : this.kept;
    if (isMoved) {
      const left = new Set(cells.map(({ id }) => id));
      for (const [id, { summary }] of this.kept)
        if (!left.has(id)) for (const name of this.around.replace(summary, undefined)) other.add(name);
      for (const { id } of cells) if (this.kept.has(id)) kept.set(id, this.kept.get(id)!);
    }
    for (const { id, text } of changed) {
      const facts = document.facts(id)!;
      const summary = summaryOf(text, facts);
      const before = this.kept.get(id);
      for (const name of this.around.replace(before?.summary, summary)) other.add(name);
      kept.set(id, { facts, summary, ...(before?.found && { found: before.found }) });
    }
    this.kept = isMoved ? new Map(cells.map(({ id }) => [id, kept.get(id)!])) : kept;
    return (this.result = this.find(new Set(changed.map(({ id }) => id)), other, isMoved));
  }

  /** Reads the cells that have changed, and those for which another name has. */
  private find(changed: ReadonlySet<string>, other: ReadonlySet<string>, isMoved: boolean): Map<string, CellShapes> {
    const names = new Map<string, Known>();
    /** Names that mean something else than before where the cell begins. */
    const news = new Set<string>();
    const result = new Map<string, CellShapes>();
    for (const [id, cell] of this.kept) {
      const { found } = cell;
      const isNew = (set: ReadonlySet<string>) => set.size > 0 && [...set].some((name) => found!.uses.has(name));
      const isValid = found && !changed.has(id) && !isNew(other) && (isMoved ? isTrue(found, names) : !isNew(news));
      if (!isValid) cell.found = read(id, cell, names, this.around);
      const { own } = cell.found!;
      for (const name of new Set([...own.keys(), ...(found?.own.keys() ?? [])])) {
        const same = found?.own.has(name) && own.has(name) && (isValid || isSame(own.get(name), found.own.get(name)));
        if (same) news.delete(name);
        else news.add(name);
      }
      for (const [name, known] of own) names.set(name, known);
      result.set(id, cell.found!.shapes);
    }
    return result;
  }
}

/** Whether the same is known of the names that a cell uses. */
function isTrue({ uses }: Found, names: ReadonlyMap<string, Known>): boolean {
  for (const [name, known] of uses) if (!isSame(known, names.get(name))) return false;
  return true;
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

function read(id: string, { facts }: Kept, names: ReadonlyMap<string, Known>, around: Around): Found {
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
  const { misfits, shapes, own } = reader;
  const uses = new Map([...reader.uses].map((name) => [name, names.get(name)]));
  return { shapes: isWhole ? { misfits, shapes } : EMPTY, own, uses };
}
