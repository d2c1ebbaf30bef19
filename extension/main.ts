// Entry of the extension: connects its parts. No process starts before a cell is run.
import * as vscode from 'vscode';
import { registerCommands } from './commands/index.ts';
import { cudaFolder } from './device/cuda.ts';
import type { Existing } from '../kernel/host/client/index.ts';
import { ExistingDevices } from './device/existing.ts';
import { deviceView, type DeviceView } from './device/view.ts';
import type { LanguageState } from './language/index.ts';
import { disposeLog, log } from './log.ts';
import { controlsMessages, rendererMessages, trainingMessages } from './messaging.ts';
import { foldInputs } from './notebook/folded.ts';
import { keepCellIds } from './notebook/ids.ts';
import { protectNewerNotebooks } from './notebook/newer.ts';
import { DlnbSerializer, NOTEBOOK_TYPE, serializerOptions } from './notebook/serializer.ts';
import { OutputLogs } from './execution/output-logs.ts';
import { createController } from './execution/controller.ts';
import { KernelStarter } from './execution/kernel-starter.ts';
import { offerRestartOnSettings } from './settings.ts';
import { statusBar } from './status-bar.ts';
import { followWalkthrough } from './walkthrough.ts';

/** What the extension offers to other extensions and to its tests. */
export interface Api {
  /** Milliseconds of the activation, without loading the file. */
  activationMs: number;
  /** What the status bar shows of a notebook's device. */
  device(notebook: vscode.NotebookDocument): DeviceView;
  /** Which devices work, as the picker says. @param cwd the notebook's folder */
  existing(cwd: string): Promise<Existing>;
  /** The process id of TypeScript's server, started if need be; undefined where there is none. */
  languageServer(): Promise<number | undefined>;
}

export function activate(context: vscode.ExtensionContext): Api {
  const begun = performance.now();
  const logs = new OutputLogs(context);
  const devices = new ExistingDevices(context.asAbsolutePath('dist/kernel.js'), cudaFolder(context));
  const { controller, sessions, hint } = createController(
    new KernelStarter(context.extensionPath, logs, cudaFolder(context)),
  );
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, new DlnbSerializer(), serializerOptions),
    controller,
    sessions,
    hint,
    keepCellIds(),
    foldInputs(),
    protectNewerNotebooks(),
    statusBar(sessions),
    rendererMessages(logs, sessions),
    trainingMessages(sessions),
    controlsMessages(sessions),
    offerRestartOnSettings(sessions),
    followWalkthrough(),
    registerCommands({ extension: context, sessions, logs, devices }),
    { dispose: disposeLog },
  );
  // Its bundle is loaded and its server is started behind the activation, which a notebook waits for
  const language = new Promise<LanguageState>((done, fail) => {
    const starting = setImmediate(() => void import('./language/index.ts').then(start).then(done, fail));
    const start = ({ startLanguage }: typeof import('./language/index.ts')) =>
      startLanguage({ extensionPath: context.extensionPath, kernelOf: (notebook) => sessions.get(notebook), log });
    context.subscriptions.push({ dispose: () => clearImmediate(starting) });
  });
  language.catch((e: Error) => log().error(`TypeScript in cells does not start: ${e.message}`));
  context.subscriptions.push({
    dispose: () =>
      void language.then(
        (started) => started.dispose(),
        () => {},
      ),
  });
  const cleaning = setTimeout(() => void logs.removeStale(), 10_000);
  context.subscriptions.push({ dispose: () => clearTimeout(cleaning) });
  return {
    activationMs: performance.now() - begun,
    device: (notebook) => deviceView(notebook, sessions.get(notebook)),
    existing: (cwd) => devices.find(cwd),
    languageServer: async () => (await language).pid(),
  };
}
