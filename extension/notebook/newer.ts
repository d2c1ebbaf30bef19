// A notebook of a newer format version can only be read: the user is told so, and its editor is read-only.
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
    // The serializer refuses to save; read-only also prevents changes that cannot be saved
    void vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
  };
  check(vscode.window.activeNotebookEditor);
  return vscode.window.onDidChangeActiveNotebookEditor(check);
}
