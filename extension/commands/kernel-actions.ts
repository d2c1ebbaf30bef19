// "DLNB: Kernel Actions…": a list of actions, which the status bar's item of the kernel opens.
import * as vscode from 'vscode';
import { wantedDevice } from '../device/policy.ts';
import { settings } from '../settings.ts';
import { targetNotebook, type CommandContext } from './context.ts';

export async function kernelActions({ sessions }: CommandContext): Promise<void> {
  const notebook = targetNotebook(undefined);
  if (!notebook) return;
  const session = sessions.get(notebook);
  const busy = session?.busy ?? false;
  const { device = 'none' } = session?.state.device ?? {};
  const items = [
    ...(busy
      ? [
          {
            label: '$(debug-stop) Interrupt',
            detail: 'Stops the running cell; variables are kept',
            command: 'dlnb.interruptKernel',
          },
        ]
      : []),
    { label: '$(debug-restart) Restart Kernel', detail: 'All variables are lost', command: 'dlnb.restartKernel' },
    {
      label: '$(run-all) Restart and Run All',
      detail: 'The notebook from top to bottom on a fresh kernel',
      command: 'dlnb.restartAndRunAll',
    },
    ...(device === 'none' || device === 'cpu'
      ? []
      : [
          {
            label: '$(debug-restart) Restart Kernel on CPU',
            detail: `Instead of ${device}, until the notebook is closed; all variables are lost`,
            command: 'dlnb.restartOnCpu',
          },
        ]),
    ...(session && session.state.phase !== 'none'
      ? [
          {
            label: '$(debug-disconnect) Shut Down Kernel',
            detail: 'All variables are lost, and their memory is free; the next run starts another',
            command: 'dlnb.shutDownKernel',
          },
        ]
      : []),
    {
      label: '$(chip) Device…',
      detail: `Now: ${(session?.wanted ?? wantedDevice(notebook)).device}`,
      command: 'dlnb.chooseDevice',
    },
    {
      label: '$(server-process) Node.js…',
      detail: settings.nodePath() || 'Now: found on the PATH',
      command: 'dlnb.chooseNode',
    },
    { label: '$(output) Show Kernel Log', detail: 'What the extension did, and why', command: 'dlnb.showKernelLog' },
  ];
  const choice = await vscode.window.showQuickPick(items, { title: 'DLNB Kernel' });
  if (choice) await vscode.commands.executeCommand(choice.command);
}
