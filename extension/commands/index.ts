// The commands, one to a file. What a command does when it is run by keyboard, palette or toolbar stands in its own file.
import * as vscode from 'vscode';
import { activeNotebook, type Sessions } from '../run/sessions.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import type { OutputLogs } from '../outputLogs.ts';
import { chooseDevice } from './chooseDevice.ts';
import { chooseNode } from './chooseNode.ts';
import { createCourse } from './createCourse.ts';
import { exportNotebook } from './exportNotebook.ts';
import { installCuda } from './installCuda.ts';
import { interruptKernel } from './interruptKernel.ts';
import { kernelActions } from './kernelActions.ts';
import { newModel } from './newModel.ts';
import { newNotebook } from './newNotebook.ts';
import { newSample } from './newSample.ts';
import { openOutputLog } from './openOutputLog.ts';
import { restartAndRunAll } from './restartAndRunAll.ts';
import { restartKernel } from './restartKernel.ts';
import { restartOnCpu } from './restartOnCpu.ts';
import { showKernelLog } from './showKernelLog.ts';

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
