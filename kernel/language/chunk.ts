// One cell in the virtual document: its block, and its imports for the head of the document, with the places of the
// cell's text in both.
import { blank, type CellFacts, type Insertion, type Replacement, type Span } from './cell.ts';

/**
 * Between a name and the number of a second variable of that name in the same scope, where the block of a cell is not
 * enough to tell them apart. Nobody types it.
 */
export const MARK = 'ᐟ';

/** Text without the numbers of names. */
export const withoutMarks = (text: string) => text.replaceAll(/ᐟ\d+/g, '');

/** How the names of a cell are written. */
export interface Naming {
  /** Numbers of names that the cell uses. */
  uses: ReadonlyMap<string, number>;
  /** Numbers of names that the cell imports. */
  imports: ReadonlyMap<string, number>;
  /** Names of the cell whose value from above is used in front of their declaration, with the numbers of both. */
  before: ReadonlyMap<string, { own: number; above: number }>;
}

/** A part of the cell's text that stands unchanged, or replaced by text that is as long. */
export interface Piece {
  /** In the cell. */
  start: number;
  length: number;
  /** In the text of the chunk. */
  at: number;
}

/** A generated text with the places of the cell's text in it. */
export interface Part {
  text: string;
  pieces: readonly Piece[];
}
export interface Chunk {
  head: Part;
  body: Part;
}

/** @param inJsx whether another cell of the document has JSX */
export function makeChunk(source: string, facts: CellFacts, naming: Naming, inJsx: boolean): Chunk {
  const insertions = [...facts.insertions, ...namesOf(facts, naming)];
  const replacements = [...facts.replacements];
  if (inJsx && !facts.jsx) {
    insertions.push(...facts.inJsx.insertions);
    replacements.push(...facts.inJsx.replacements);
    replacements.sort((a, b) => a.start - b.start);
  }
  // A stable order: the suffix of a name before the bracket behind it
  insertions.sort((a, b) => a.at - b.at);
  const head = new Writer(source);
  for (const moved of facts.moved) {
    head.copy(moved, [], insertions);
    head.add(moved.tail ?? (source[moved.end - 1] === ';' ? '\n' : ';\n'));
  }
  const body = new Writer(source);
  for (const [name, { own, above }] of naming.before)
    body.add(`const ${name}${MARK}${own} = ${name}${above > 0 ? MARK + above : ''};\n`);
  body.add('{\n');
  const gone = facts.moved.map(({ start, end }) => ({ start, end, text: blank(source.slice(start, end)) }));
  const outside = insertions.filter(({ at }) => !facts.moved.some(({ start, end }) => at > start && at <= end));
  body.copy(
    { start: 0, end: source.length },
    [...replacements, ...gone].sort((a, b) => a.start - b.start),
    outside,
  );
  body.add(`\n${facts.tail};\n`);
  return { head, body };
}

function* namesOf({ names }: CellFacts, naming: Naming): Generator<Insertion> {
  for (const [name, number] of naming.imports)
    for (const use of names.uses.get(name) ?? [])
      if (use.imports) yield { at: use.end, text: written(name, use.before, number) };
  for (const [name, number] of naming.uses)
    for (const use of names.uses.get(name) ?? [])
      if (!use.imports) yield { at: use.end, text: written(name, use.before, number) };
  for (const [name, { own }] of naming.before) {
    const { end } = names.declared.get(name)!;
    for (const use of names.uses.get(name) ?? [])
      if (use.now && use.read && use.start < end) yield { at: use.end, text: written(name, use.before, own) };
  }
}

const written = (name: string, before: string, number: number) =>
  before === '' ? `${MARK}${number}` : `${before}${name}${MARK}${number}`;

class Writer implements Part {
  text = '';
  readonly pieces: Piece[] = [];
  constructor(private readonly source: string) {}

  add(text: string): void {
    this.text += text;
  }

  /** Copies a part of the source with its changes, which are in order. */
  copy({ start, end }: Span, replacements: readonly Replacement[], insertions: readonly Insertion[]): void {
    let at = start;
    let piece = start;
    const place = (to: number) => {
      if (to > piece || start === end) this.pieces.push({ start: piece, length: to - piece, at: this.text.length });
      let from = piece;
      for (const r of replacements) {
        if (r.end <= from || r.start >= to) continue;
        this.text += this.source.slice(from, Math.max(from, r.start));
        this.text += r.text.slice(Math.max(0, from - r.start), Math.min(r.text.length, to - r.start));
        from = Math.min(to, r.end);
      }
      this.text += this.source.slice(from, to);
      piece = to;
    };
    for (const insertion of insertions) {
      if (insertion.at < at || insertion.at > end) continue;
      at = insertion.at;
      place(at);
      this.text += insertion.text;
    }
    place(end);
  }
}
