// "DLNB: Shut Down Kernel": ends the kernel and frees its memory, the graphics card's too. The next run starts another.
import * as vscode from 'vscode';
import { mayLose } from './ask-loss.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function shutDownKernel({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.get(notebook);
  if (!session || session.state.phase === 'none') {
    vscode.window.setStatusBarMessage('DLNB: no kernel is running', 4000);
    return;
  }
  if (await mayLose(session, 'shut down')) await session.shutDown();
}
