// "DLNB: Restart and Run All": runs the whole notebook on a fresh kernel, from top to bottom.
import * as vscode from 'vscode';
import { LANGUAGES } from '../execution/controller.ts';
import { mayRestart } from './restart-kernel.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function restartAndRunAll({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.for(notebook);
  if (!(await mayRestart(session))) return;
  await session.restart();
  const cells = notebook
    .getCells()
    .filter((c) => c.kind === vscode.NotebookCellKind.Code && LANGUAGES.includes(c.document.languageId));
  await session.run(cells);
}
