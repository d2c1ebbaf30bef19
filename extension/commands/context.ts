// What every command gets, and the notebook that it acts on.
import * as vscode from 'vscode';
import type { ExistingDevices } from '../device/existing.ts';
import type { OutputLogs } from '../execution/output-logs.ts';
import { activeNotebook, type Sessions } from '../execution/sessions.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';

export interface CommandContext {
  extension: vscode.ExtensionContext;
  sessions: Sessions;
  logs: OutputLogs;
  devices: ExistingDevices;
}

/**
 * The notebook of a toolbar button, else the active one, else a visible one (as beside the walkthrough). Without any,
 * the user is told to open one.
 */
export function targetNotebook(argument: unknown): vscode.NotebookDocument | undefined {
  const uri = (argument as { notebookEditor?: { notebookUri?: vscode.Uri } } | undefined)?.notebookEditor?.notebookUri;
  const named =
    uri &&
    vscode.workspace.notebookDocuments.find(
      (n) => n.notebookType === NOTEBOOK_TYPE && n.uri.toString() === uri.toString(),
    );
  const beside = () => vscode.window.visibleNotebookEditors.find((e) => e.notebook.notebookType === NOTEBOOK_TYPE);
  const notebook = named ?? activeNotebook() ?? beside()?.notebook;
  if (!notebook) void vscode.window.showInformationMessage('DLNB: open a .dlnb notebook first.');
  return notebook;
}

/** The cell of a cell's menu, else the selected cells of the active notebook. */
export function targetCells(argument: unknown): vscode.NotebookCell[] {
  const { notebook, index } = (argument ?? {}) as Partial<vscode.NotebookCell>;
  if (notebook?.notebookType === NOTEBOOK_TYPE && index !== undefined) return [notebook.cellAt(index)];
  const editor = vscode.window.activeNotebookEditor;
  if (editor?.notebook.notebookType !== NOTEBOOK_TYPE) return [];
  return editor.selections.flatMap((range) => editor.notebook.getCells(range));
}
