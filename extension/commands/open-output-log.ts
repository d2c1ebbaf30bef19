// "DLNB: Open Full Output Log": opens the full text of a cell that printed more than the notebook shows.
import * as vscode from 'vscode';
import { findCell } from '../notebook/ids.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function openOutputLog({ logs }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const list = await logs.list(notebook.uri);
  if (list.length === 0) {
    void vscode.window.showInformationMessage('DLNB: all outputs of this notebook are shown in full; there is no log.');
    return;
  }
  const items = list.map(({ name, bytes, modified }) => {
    const cell = findCell(notebook, name.replace(/\.log$/, ''));
    return {
      label: cell ? `Cell ${cell.index + 1}` : name,
      description: `${(bytes / 1e6).toFixed(1)} MB, ${new Date(modified).toLocaleTimeString()}`,
      detail: cell?.document.lineAt(0).text.slice(0, 100) ?? 'a cell that is not in the notebook any more',
      name,
    };
  });
  const choice = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: 'Full Output Log' });
  if (choice) await logs.open(notebook.uri, choice.name);
}
