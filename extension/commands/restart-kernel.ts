// "DLNB: Restart Kernel": asks first if variables would be lost, unless the user has turned the question off.
import { mayLose } from './ask-loss.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function restartKernel({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.for(notebook);
  if (await mayLose(session, 'restart')) await session.restart();
}
