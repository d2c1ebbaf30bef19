// "DLNB: Restart Kernel on CPU": for a graphics card that fails. Valid until the notebook is closed or a device is
// chosen.
import { mayLose } from './ask-loss.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function restartOnCpu({ sessions }: CommandContext, argument?: unknown): Promise<void> {
  const notebook = targetNotebook(argument);
  if (!notebook) return;
  const session = sessions.for(notebook);
  if (await mayLose(session, 'restart')) await session.restartOnCpu();
}
