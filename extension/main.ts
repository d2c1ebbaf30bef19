// Entry of the extension. It only wires the parts together; none of them starts a process before a cell is run.
import * as vscode from 'vscode';
import { cudaFolder } from './commands/install-cuda.ts';
import { registerCommands } from './commands/index.ts';
import { offerRestartOnSettings } from './configuration.ts';
import { disposeLog } from './log.ts';
import { rendererMessages, trainingMessages } from './messaging.ts';
import { keepCellIds } from './notebook/ids.ts';
import { protectNewerNotebooks } from './notebook/newer.ts';
import { DlnbSerializer, NOTEBOOK_TYPE, serializerOptions } from './notebook/serializer.ts';
import { OutputLogs } from './execution/output-logs.ts';
import { createController } from './execution/controller.ts';
import { KernelStarter } from './execution/kernel-process.ts';
import { deviceView, statusBar, type DeviceView } from './status.ts';
import { followWalkthrough } from './walkthrough.ts';

/** What the extension offers to other extensions and to its tests. */
export interface Api {
  /** Milliseconds that activation took, without loading the file. */
  activationMs: number;
  /** What the status bar says of a notebook's device. */
  device(notebook: vscode.NotebookDocument): DeviceView;
}

export function activate(context: vscode.ExtensionContext): Api {
  const begun = performance.now();
  const logs = new OutputLogs(context);
  const { controller, sessions } = createController(
    new KernelStarter(context.extensionPath, logs, cudaFolder(context)),
  );
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, new DlnbSerializer(), serializerOptions),
    controller,
    sessions,
    keepCellIds(),
    protectNewerNotebooks(),
    statusBar(sessions),
    rendererMessages(logs, sessions),
    trainingMessages(sessions),
    offerRestartOnSettings(sessions),
    followWalkthrough(),
    registerCommands({ extension: context, sessions, logs }),
    { dispose: disposeLog },
  );
  const cleaning = setTimeout(() => void logs.removeStale(), 10_000);
  context.subscriptions.push({ dispose: () => clearTimeout(cleaning) });
  return {
    activationMs: performance.now() - begun,
    device: (notebook) => deviceView(notebook, sessions.get(notebook)),
  };
}
