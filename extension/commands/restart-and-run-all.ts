// "DLNB: Restart and Run All": runs the whole notebook on a fresh kernel, from top to bottom.
import * as vscode from 'vscode';
import { isRunnable } from '../../kernel/notebook/format/languages.ts';
import { mayLose } from './ask-loss.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function restartAndRunAll({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.for(notebook);
  if (!(await mayLose(session, 'restart'))) return;
  await session.restart();
  const cells = notebook
    .getCells()
    .filter((c) => c.kind === vscode.NotebookCellKind.Code && isRunnable(c.document.languageId));
  await session.run(cells);
}
