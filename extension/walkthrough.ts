// Sets two context keys that steps of the walkthrough wait for: the user has run a cell, and has trained a network.
import * as vscode from 'vscode';
import { TRAINING } from '../kernel/wire/mime.ts';
import { NOTEBOOK_TYPE } from './notebook/serializer.ts';

/** Set at the first time, until the window is closed. */
const RAN = 'dlnb.hasRun';
const TRAINED = 'dlnb.hasTrained';

/** Follows the cells of all DLNB notebooks until one has drawn a training. */
export function followWalkthrough(): vscode.Disposable {
  const done = new Set<string>();
  const reach = (key: string) => {
    if (done.has(key)) return;
    done.add(key);
    void vscode.commands.executeCommand('setContext', key, true);
    if (done.has(TRAINED)) listener.dispose();
  };
  const listener = vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
    if (notebook.notebookType !== NOTEBOOK_TYPE) return;
    for (const { cell, executionSummary } of cellChanges) {
      if (!executionSummary?.success) continue;
      reach(RAN);
      if (cell.outputs.some(({ items }) => items.some(({ mime }) => mime === TRAINING))) reach(TRAINED);
    }
  });
  return listener;
}
