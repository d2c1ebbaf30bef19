// What is known of shapes as an editor shows it: messages about calls that cannot fit, and a line of hovers.
import type { CellDiagnostic } from './diagnostics.ts';
import type { CellRange, VirtualDocument } from './document.ts';
import { shapeText } from './known.ts';
import type { Position } from './lines.ts';
import type { NotebookShapes } from './shapes.ts';

/** A comment that speaks for the next line, as TypeScript reads it. */
const IGNORED = /^\s*(?:\/\/|\/\*)\s*@ts-(?:ignore|expect-error)\b/;
/** "Unused '@ts-expect-error' directive". */
const UNUSED_DIRECTIVE = 2578;

/**
 * Adds the calls whose shapes cannot fit to the messages about the cells. In a cell that the kernel cannot read, none
 * are told.
 * @param found in the order of the cells
 */
export function withMisfits(
  document: VirtualDocument,
  shapes: NotebookShapes,
  found: readonly CellDiagnostic[],
): CellDiagnostic[] {
  const misfits: CellDiagnostic[] = [];
  /** Where comments ignore one. */
  const used = new Set<string>();
  const order = new Map<string, number>();
  const all = shapes.of(document);
  document.cells.forEach(({ id: cell, text }, i) => {
    order.set(cell, i);
    const list = document.facts(cell)!.error ? [] : all.get(cell)!.misfits;
    if (list.length === 0) return;
    const lines = text.split(/\r\n|\r|\n/);
    for (const { start, end, message } of list) {
      const range = { start: document.cellPosition(cell, start), end: document.cellPosition(cell, end) };
      const above = range.start.line - 1;
      if (IGNORED.test(lines[above] ?? '')) used.add(`${cell} ${above}`);
      else misfits.push({ cell, range, severity: 'error', code: 'shape', message, related: [] });
    }
  });
  if (misfits.length + used.size === 0) return [...found];
  const kept = found.filter((d) => d.code !== UNUSED_DIRECTIVE || !used.has(`${d.cell} ${d.range.start.line}`));
  const place = ({ cell, range: { start } }: CellDiagnostic) => [order.get(cell)!, start.line, start.character];
  const compare = (a: number[], b: number[]) => a.map((x, i) => x - b[i]!).find((x) => x !== 0) ?? 0;
  return [...kept, ...misfits].sort((a, b) => compare(place(a), place(b)));
}

/** What a hover says of shapes. */
export interface ShapeHover {
  /** Markdown. */
  text: string;
  range: CellRange;
}

/** The shape of the name at a place; undefined if it is not known. */
export function shapeAt(
  document: VirtualDocument,
  shapes: NotebookShapes,
  cell: string,
  position: Position,
): ShapeHover | undefined {
  const offset = document.cellOffset(cell, position);
  const found = shapes
    .of(document)
    .get(cell)
    ?.shapes.findLast(({ start, end }) => start <= offset && offset <= end);
  if (!found) return undefined;
  const from = found.from ? `\`${shapeText(found.from)}\` → ` : '';
  const range = { start: document.cellPosition(cell, found.start), end: document.cellPosition(cell, found.end) };
  return { text: `shape ${from}\`${shapeText(found.shape)}\``, range: { cell, range, exact: true } };
}

type Hover = { text: string; range?: CellRange } | undefined;

/** A hover with the shape behind the signature, in front of the documentation. */
export function withShape(hover: Hover, shape: ShapeHover | undefined): Hover {
  if (!hover || !shape) return hover ?? shape;
  const signature = /^```[^]*?\n```/.exec(hover.text)?.[0] ?? '';
  const rest = hover.text.slice(signature.length).trimStart();
  return { ...hover, text: [signature, shape.text, rest].filter(Boolean).join('\n\n') };
}
