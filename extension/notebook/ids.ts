// Cell ids: every cell of an open notebook has one of its own. The editor copies metadata with a cell, so a copy needs a new id.
import * as vscode from 'vscode';
import { newCellId } from '../../kernel/notebook/format/index.ts';
import type { CellMetadata } from './data.ts';
import { NOTEBOOK_TYPE } from './serializer.ts';

/** Ids given to cells whose metadata do not have them yet. */
const given = new WeakMap<vscode.NotebookCell, string>();

const metadataId = (cell: vscode.NotebookCell) => (cell.metadata as CellMetadata).id;

/** The cell's id. A cell that has none, or that of an earlier cell, is given a new one. */
export function cellId(cell: vscode.NotebookCell): string {
  return given.get(cell) ?? idsOf(cell.notebook).get(cell) ?? metadataId(cell) ?? give(cell, new Set());
}

export function findCell(notebook: vscode.NotebookDocument, id: string): vscode.NotebookCell | undefined {
  for (const [cell, own] of idsOf(notebook)) if (own === id) return cell;
  return undefined;
}

/** The ids of all cells in order. */
export function idsOf(notebook: vscode.NotebookDocument): Map<vscode.NotebookCell, string> {
  const cells = notebook.getCells();
  const ids = new Map<vscode.NotebookCell, string>();
  const taken = new Set(cells.flatMap((c) => [metadataId(c) ?? [], given.get(c) ?? []].flat()));
  const used = new Set<string>();
  // Cells that were here first keep their id, wherever a copy was put
  for (const cell of cells) if (given.has(cell)) used.add(given.get(cell)!);
  for (const cell of cells) {
    let id = given.get(cell);
    if (!id) {
      const own = metadataId(cell);
      id = own && !used.has(own) ? own : give(cell, taken);
      used.add(id);
    }
    ids.set(cell, id);
  }
  return ids;
}

function give(cell: vscode.NotebookCell, taken: Set<string>): string {
  const id = newCellId(taken);
  taken.add(id);
  given.set(cell, id);
  return id;
}

/** Edits that write ids into the metadata of cells that lack them. */
function idEdits(notebook: vscode.NotebookDocument): vscode.NotebookEdit[] {
  const edits: vscode.NotebookEdit[] = [];
  for (const [cell, id] of idsOf(notebook)) {
    if (metadataId(cell) !== id)
      edits.push(vscode.NotebookEdit.updateCellMetadata(cell.index, { ...cell.metadata, id }));
  }
  return edits;
}

/** Remembers the ids of the cells of a notebook, so that a copy put before its original is the one that gets a new id. */
function remember(notebook: vscode.NotebookDocument): void {
  for (const [cell, id] of idsOf(notebook)) given.set(cell, id);
}

/** Metadata were changed from outside, for example because the file was read anew: an id of its own counts. */
function adopt(cell: vscode.NotebookCell): void {
  const id = metadataId(cell);
  if (id && cell.notebook.getCells().every((other) => other === cell || given.get(other) !== id)) given.set(cell, id);
}

/** Gives ids to cells as they are added, and at the latest when the notebook is saved. */
export function keepCellIds(): vscode.Disposable {
  const ours = (notebook: vscode.NotebookDocument) => notebook.notebookType === NOTEBOOK_TYPE;
  for (const notebook of vscode.workspace.notebookDocuments) if (ours(notebook)) remember(notebook);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenNotebookDocument((notebook) => {
      if (ours(notebook)) remember(notebook);
    }),
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
      if (!ours(notebook)) return;
      for (const { cell, metadata } of cellChanges) if (metadata) adopt(cell);
      if (!contentChanges.some((c) => c.addedCells.length > 0)) return;
      const edits = idEdits(notebook);
      remember(notebook);
      if (edits.length === 0) return;
      const edit = new vscode.WorkspaceEdit();
      edit.set(notebook.uri, edits);
      void vscode.workspace.applyEdit(edit);
    }),
    vscode.workspace.onWillSaveNotebookDocument((event) => {
      if (!ours(event.notebook)) return;
      const edits = idEdits(event.notebook);
      if (edits.length === 0) return;
      const edit = new vscode.WorkspaceEdit();
      edit.set(event.notebook.uri, edits);
      event.waitUntil(Promise.resolve(edit));
    }),
  );
}
