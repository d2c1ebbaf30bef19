// Finds the shapes in cells of TypeScript, as the language of notebooks does.
import { VirtualDocument, type Cell } from '../../../../kernel/language/document.ts';
import type { KnownShape, Misfit } from '../../../../kernel/language/shape-reader.ts';
import { NotebookShapes } from '../../../../kernel/language/shapes.ts';

export const cellsOf = (...texts: string[]): Cell[] =>
  texts.map((text, i) => ({ id: `${i}`, kind: 'code', language: 'typescript', text }));

/** What is found, with the numbers of the cells. */
export function findShapes(texts: readonly string[]) {
  const found = [...new NotebookShapes().of(new VirtualDocument(cellsOf(...texts)))];
  const numbered = <T>(list: readonly T[], cell: string) => list.map((item) => ({ cell: Number(cell), ...item }));
  const misfits: (Misfit & { cell: number })[] = found.flatMap(([cell, { misfits }]) => numbered(misfits, cell));
  const shapes: (KnownShape & { cell: number })[] = found.flatMap(([cell, { shapes }]) => numbered(shapes, cell));
  return { misfits, shapes };
}
