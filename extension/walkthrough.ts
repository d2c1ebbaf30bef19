// Tells the walkthrough what the user has done with notebooks, by two context keys that its steps wait for.
import * as vscode from 'vscode';
import { TRAINING } from '../kernel/wire/mime.ts';
import { NOTEBOOK_TYPE } from './notebook/serializer.ts';

/** Set for the rest of the window's life when it first happens. */
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
