// "DLNB: Install CUDA Runtime…": after a question, npm installs the package in the extension's storage. Tells whether
// it works.
import * as vscode from 'vscode';
import path from 'node:path';
import { findNode, installCuda as install } from '../../kernel/host/client/index.ts';
import { log } from '../log.ts';
import { settings } from '../settings.ts';
import { cudaFolder } from '../device/cuda.ts';
import type { CommandContext } from './context.ts';

export async function installCuda({ extension, devices }: CommandContext): Promise<void> {
  const [download, showLog] = ['Download', 'Show Log'];
  const { end, text } = await install({
    trusted: vscode.workspace.isTrusted,
    folder: cudaFolder(extension),
    main: path.join(extension.extensionPath, 'dist', 'kernel.js'),
    node: () => findNode({ setting: settings.nodePath() }),
    ask: async (question, detail) =>
      (await vscode.window.showInformationMessage(`DLNB: ${question}`, { modal: true, detail }, download)) === download,
    log: (line) => log().info(`CUDA runtime: ${line}`),
    progress: (title, work) => {
      const location = vscode.ProgressLocation.Notification;
      return Promise.resolve(
        vscode.window.withProgress({ location, title: `DLNB: ${title}`, cancellable: true }, (progress, token) => {
          const abort = new AbortController();
          token.onCancellationRequested(() => abort.abort());
          return work((message) => progress.report({ message }), abort.signal);
        }),
      );
    },
  });
  log().info(`CUDA runtime: ${text}`);
  if (end === 'no') return;
  devices.forget();
  const show = end === 'works' ? vscode.window.showInformationMessage : vscode.window.showErrorMessage;
  if ((await show(`DLNB: ${text}`, showLog)) === showLog) log().show();
}
