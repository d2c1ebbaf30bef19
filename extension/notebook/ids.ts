// Cell ids, unique in an open notebook. The editor copies a cell with its metadata, so a copy needs a new id.
import * as vscode from 'vscode';
import { newCellId } from '../../kernel/notebook/format/index.ts';
import type { CellMetadata } from './data.ts';
import { NOTEBOOK_TYPE } from './serializer.ts';

/** Ids of cells, also of those whose metadata do not have them yet. */
const given = new WeakMap<vscode.NotebookCell, string>();

const metadataId = (cell: vscode.NotebookCell) => (cell.metadata as CellMetadata).id;

/** The cell's id. A cell without one, or with the id of an earlier cell, gets a new one. */
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
  // The original keeps its id, also when a copy was put before it
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

/** Remembers the ids of a notebook's cells, so that later a copy gets the new id, not its original. */
function remember(notebook: vscode.NotebookDocument): void {
  for (const [cell, id] of idsOf(notebook)) given.set(cell, id);
}

/** The cell's metadata were changed, for example because the file was read again: its id is used if it is unique. */
function adopt(cell: vscode.NotebookCell): void {
  const id = metadataId(cell);
  if (id && cell.notebook.getCells().every((other) => other === cell || given.get(other) !== id)) given.set(cell, id);
}

/** Gives ids to cells when they are added, and before the notebook is saved. */
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
