// Folded inputs. When a notebook opens, the inputs of cells that its file says are folded are collapsed, once: from then
// on they are as the user leaves them. Collapsing belongs to the view, so the document stays as it is.
import * as vscode from 'vscode';
import type { CellMetadata } from './data.ts';
import { NOTEBOOK_TYPE } from './serializer.ts';

const ours = ({ notebookType }: vscode.NotebookDocument) => notebookType === NOTEBOOK_TYPE;

const isFolded = ({ kind, metadata }: vscode.NotebookCell) =>
  kind === vscode.NotebookCellKind.Code && (metadata as CellMetadata).folded === true;

/** For the menu of a cell: `notebookCellResource in dlnb.foldedCells`. */
const CONTEXT = 'dlnb.foldedCells';

/** Collapses the folded cells of each notebook that opens, and tells the menus which cells are folded. */
export function foldInputs(): vscode.Disposable {
  const seen = new WeakSet<vscode.NotebookDocument>();
  const opened = ({ notebook, visibleRanges }: vscode.NotebookEditor) => {
    // An editor is visible before it has cells: the command would find none of them
    if (!ours(notebook) || seen.has(notebook) || visibleRanges.length === 0) return;
    seen.add(notebook);
    void show(notebook.getCells().filter(isFolded), true);
  };
  let told = '[]';
  const tell = () => {
    const cells = vscode.workspace.notebookDocuments.filter(ours).flatMap((n) => n.getCells().filter(isFolded));
    const uris = cells.map((cell) => cell.document.uri.toString());
    const now = JSON.stringify(uris);
    if (now === told) return;
    told = now;
    void vscode.commands.executeCommand('setContext', CONTEXT, uris);
  };
  vscode.window.visibleNotebookEditors.forEach(opened);
  tell();
  return vscode.Disposable.from(
    vscode.window.onDidChangeVisibleNotebookEditors((editors) => editors.forEach(opened)),
    vscode.window.onDidChangeNotebookEditorVisibleRanges(({ notebookEditor }) => opened(notebookEditor)),
    vscode.workspace.onDidOpenNotebookDocument(tell),
    vscode.workspace.onDidCloseNotebookDocument(tell),
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
      if (ours(notebook) && (contentChanges.length > 0 || cellChanges.some(({ metadata }) => metadata))) tell();
    }),
  );
}

/** Writes into the notebook whether the inputs of cells are folded, and shows them so. */
export async function setFolded(cells: readonly vscode.NotebookCell[], folded: boolean): Promise<void> {
  const changed = cells.filter((cell) => cell.kind === vscode.NotebookCellKind.Code && isFolded(cell) !== folded);
  if (changed.length > 0) {
    const edit = new vscode.WorkspaceEdit();
    edit.set(
      changed[0]!.notebook.uri,
      changed.map(({ index, metadata }) => {
        const { folded: _, ...others } = metadata as CellMetadata;
        return vscode.NotebookEdit.updateCellMetadata(index, folded ? { ...others, folded } : others);
      }),
    );
    await vscode.workspace.applyEdit(edit);
  }
  await show(cells, folded);
}

/** Collapses or expands the inputs of cells of one notebook, in an editor that shows it. */
async function show(cells: readonly vscode.NotebookCell[], folded: boolean): Promise<void> {
  if (cells.length === 0) return;
  const command = folded ? 'notebook.cell.collapseCellInput' : 'notebook.cell.expandCellInput';
  const ranges = cells.map(({ index }) => ({ start: index, end: index + 1 }));
  await vscode.commands.executeCommand(command, { ranges, document: cells[0]!.notebook.uri });
}
