// Starts the kernel process of a notebook: finds its Node, its folder and the folder of its logs.
import * as vscode from 'vscode';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { findNode, KernelProcess, type NodeChoice } from '../../kernel/host/client/index.ts';
import type { DeviceSetting } from '../../kernel/wire/limits.ts';
import { log } from '../log.ts';
import type { OutputLogs } from './output-logs.ts';
import { settings } from '../settings.ts';

export interface StartedKernel {
  process: KernelProcess;
  node: NodeChoice;
  cwd: string;
}

export class KernelStarter {
  constructor(
    private readonly extensionPath: string,
    readonly logs: OutputLogs,
    /** Folder of the packages that "DLNB: Install CUDA Runtime…" installs. */
    private readonly cudaFolder: string,
  ) {}

  /** @throws Error with a sentence for the user when the workspace is not trusted, or Node or the folder is missing */
  async start(notebook: vscode.NotebookDocument, device: DeviceSetting): Promise<StartedKernel> {
    if (!vscode.workspace.isTrusted) {
      throw new Error(
        'This workspace is not trusted, so its cells are not run. Trust it with "Workspaces: Manage Workspace Trust".',
      );
    }
    const node = await findNode({ setting: settings.nodePath() });
    log().info(`Node ${node.version} from ${sourceText[node.source]}: ${node.path}`);
    for (const reason of node.passedOver) log().warn(`passed over: ${reason}`);
    const cwd = workingFolder(notebook);
    if (!(await stat(cwd).catch(() => undefined))?.isDirectory()) {
      throw new Error(
        `The kernel cannot start: its folder ${cwd} does not exist. Save the notebook in a folder that exists.`,
      );
    }
    const process = KernelProcess.start({
      node,
      main: path.join(this.extensionPath, 'dist', 'kernel.js'),
      options: {
        ...settings.kernel(),
        device,
        cwd,
        notebook: notebook.uri.scheme === 'file' ? notebook.uri.fsPath : undefined,
        cuda: this.cudaFolder,
        logDir: this.logs.folder(notebook.uri),
      },
    });
    log().info(
      `kernel ${process.pid ?? '(no process)'} for ${notebook.uri.toString(true)} in ${cwd}, device ${device}`,
    );
    return { process, node, cwd };
  }
}

export const sourceText: Record<NodeChoice['source'], string> = {
  setting: 'the setting dlnb.nodePath',
  path: 'the PATH',
  editor: 'the editor itself',
};

/** The notebook's folder; for one without a file the workspace's first folder, else the user's home. */
export function workingFolder(notebook: vscode.NotebookDocument): string {
  if (notebook.uri.scheme === 'file') return path.dirname(notebook.uri.fsPath);
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return folder?.uri.fsPath ?? homedir();
}
