// The commands, one to a file. What a command does when it is run by keyboard, palette or toolbar stands in its own file.
import * as vscode from 'vscode';
import { activeNotebook, type Sessions } from '../execution/sessions.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import type { OutputLogs } from '../execution/output-logs.ts';
import { chooseDevice } from './choose-device.ts';
import { chooseNode } from './choose-node.ts';
import { createCourse } from './create-course.ts';
import { exportNotebook } from './export-notebook.ts';
import { installCuda } from './install-cuda.ts';
import { interruptKernel } from './interrupt-kernel.ts';
import { kernelActions } from './kernel-actions.ts';
import { newModel } from './new-model.ts';
import { newNotebook } from './new-notebook.ts';
import { newSample } from './new-sample.ts';
import { openOutputLog } from './open-output-log.ts';
import { restartAndRunAll } from './restart-and-run-all.ts';
import { restartKernel } from './restart-kernel.ts';
import { restartOnCpu } from './restart-on-cpu.ts';
import { showKernelLog } from './show-kernel-log.ts';

export interface CommandContext {
  extension: vscode.ExtensionContext;
  sessions: Sessions;
  logs: OutputLogs;
}

const commands: Record<string, (context: CommandContext, ...args: unknown[]) => unknown> = {
  'dlnb.newNotebook': newNotebook,
  'dlnb.newSample': newSample,
  'dlnb.newModel': newModel,
  'dlnb.createCourse': createCourse,
  'dlnb.restartKernel': restartKernel,
  'dlnb.restartAndRunAll': restartAndRunAll,
  'dlnb.restartOnCpu': restartOnCpu,
  'dlnb.interruptKernel': interruptKernel,
  'dlnb.exportNotebook': exportNotebook,
  'dlnb.openOutputLog': openOutputLog,
  'dlnb.showKernelLog': showKernelLog,
  'dlnb.kernelActions': kernelActions,
  'dlnb.chooseDevice': chooseDevice,
  'dlnb.chooseNode': chooseNode,
  'dlnb.installCuda': installCuda,
};

export function registerCommands(context: CommandContext): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) =>
      vscode.commands.registerCommand(id, (...args: unknown[]) => run(context, ...args)),
    ),
  );
}

/**
 * The notebook that a toolbar button names, else the active one, else one that stands beside the active editor (as beside the walkthrough);
 * says so when there is none.
 */
export function targetNotebook(argument: unknown): vscode.NotebookDocument | undefined {
  const uri = (argument as { notebookEditor?: { notebookUri?: vscode.Uri } } | undefined)?.notebookEditor?.notebookUri;
  const named =
    uri &&
    vscode.workspace.notebookDocuments.find(
      (n) => n.notebookType === NOTEBOOK_TYPE && n.uri.toString() === uri.toString(),
    );
  const beside = () => vscode.window.visibleNotebookEditors.find((e) => e.notebook.notebookType === NOTEBOOK_TYPE);
  const notebook = named ?? activeNotebook() ?? beside()?.notebook;
  if (!notebook) void vscode.window.showInformationMessage('DLNB: open a .dlnb notebook first.');
  return notebook;
}
