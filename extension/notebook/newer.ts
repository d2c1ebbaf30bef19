// A notebook of a newer format version is for reading: it says so when it opens, and its editor is made read-only.
import * as vscode from 'vscode';
import { newerVersionText, type NotebookMetadata } from './data.ts';
import { NOTEBOOK_TYPE } from './serializer.ts';

export function protectNewerNotebooks(): vscode.Disposable {
  const told = new WeakSet<vscode.NotebookDocument>();
  const check = (editor: vscode.NotebookEditor | undefined) => {
    const notebook = editor?.notebook;
    if (notebook?.notebookType !== NOTEBOOK_TYPE || told.has(notebook)) return;
    const { newer } = notebook.metadata as NotebookMetadata;
    if (newer === undefined) return;
    told.add(notebook);
    void vscode.window.showWarningMessage(`DLNB: ${newerVersionText(newer)}`);
    // Saving is refused by the serializer in any case; this keeps the user from typing what cannot be saved
    void vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
  };
  check(vscode.window.activeNotebookEditor);
  return vscode.window.onDidChangeActiveNotebookEditor(check);
}
