// Messages between renderers and the editor: show a line of a cell, open a file or a log, get a part of a tensor from
// the kernel, stop a training, draw new points of a training. A webview shows the contents of any notebook, so every
// field is checked.
import * as vscode from 'vscode';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readRequest, type ControlsNews } from '../kernel/wire/controls.ts';
import type { AxisRange, SliceAnswer } from '../kernel/wire/tensor.ts';
import { log } from './log.ts';
import { findCell } from './notebook/ids.ts';
import { NOTEBOOK_TYPE } from './notebook/serializer.ts';
import type { OutputLogs } from './execution/output-logs.ts';
import { NO_KERNEL } from './execution/kernel-process.ts';
import { workingFolder } from './execution/kernel-starter.ts';
import type { NotebookSession } from './execution/session.ts';
import type { Sessions } from './execution/sessions.ts';

export const RENDERER_ID = 'dlnb-output';
export const TENSOR_RENDERER_ID = 'dlnb-tensor';
const TRAINING_RENDERER_ID = 'dlnb-training';
const CONTROLS_RENDERER_ID = 'dlnb-controls';

export function rendererMessages(logs: OutputLogs, sessions: Sessions): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(RENDERER_ID);
  const links = messaging.onDidReceiveMessage(({ editor, message }) => {
    if (editor.notebook.notebookType !== NOTEBOOK_TYPE) return;
    answer(editor.notebook, message, logs).catch((e: Error) => log().warn(`link in an output: ${e.message}`));
  });
  return vscode.Disposable.from(links, tensorParts(sessions));
}

/** Answers the tensor renderer, which asks the kernel for parts of a tensor that its output does not hold. */
function tensorParts(sessions: Sessions): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(TENSOR_RENDERER_ID);
  return messaging.onDidReceiveMessage(({ editor, message }) => {
    if (editor.notebook.notebookType !== NOTEBOOK_TYPE || !vscode.workspace.isTrusted) return;
    if (typeof message !== 'object' || message === null) return;
    const { type, request, source, axes } = message as Record<string, unknown>;
    if (typeof source !== 'string') return;
    const session = sessions.get(editor.notebook);
    if (type === 'save') return void saveTensor(session, editor.notebook, source);
    // The kernel, which has the tensor, checks the ranges
    if (type !== 'slice' || typeof request !== 'number' || !Array.isArray(axes)) return;
    void tensorPart(session, source, axes as AxisRange[]).then((result) =>
      messaging.postMessage({ type: 'sliced', request, ...result } satisfies SliceAnswer, editor),
    );
  });
}

async function tensorPart(session: NotebookSession | undefined, source: string, axes: AxisRange[]) {
  const result = (await session?.ask('slice', { source, axes })) ?? { reason: NO_KERNEL };
  // Messages to renderers are JSON
  return 'bytes' in result ? { base64: Buffer.from(result.bytes).toString('base64') } : result;
}

/** Sends new points of trainings to the editors of their notebook, and clicks on Stop to the kernel. */
export function trainingMessages(sessions: Sessions): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(TRAINING_RENDERER_ID);
  return vscode.Disposable.from(
    messaging.onDidReceiveMessage(({ editor, message }) => {
      const { type, chart } = (message ?? {}) as Record<string, unknown>;
      if (type === 'stop' && Number.isSafeInteger(chart)) sessions.get(editor.notebook)?.stopTraining(chart as number);
    }),
    sessions.onTraining(({ notebook, delta }) => {
      for (const editor of vscode.window.visibleNotebookEditors)
        if (editor.notebook === notebook) void messaging.postMessage(delta, editor);
    }),
  );
}

/**
 * Passes what views of controls ask to the kernel, which takes only values that it has declared itself, and news of the
 * kernel to the views of its notebook.
 */
export function controlsMessages(sessions: Sessions): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(CONTROLS_RENDERER_ID);
  const tell = (news: ControlsNews, editor: vscode.NotebookEditor) => void messaging.postMessage(news, editor);
  return vscode.Disposable.from(
    messaging.onDidReceiveMessage(({ editor, message }) => {
      if (editor.notebook.notebookType !== NOTEBOOK_TYPE || !vscode.workspace.isTrusted) return;
      const request = readRequest(message);
      if (!request) return;
      const session = sessions.get(editor.notebook);
      if (session) session.askControls(request);
      else tell({ type: 'gone', panel: request.panel }, editor);
    }),
    sessions.onControls(({ notebook, news }) => {
      for (const editor of vscode.window.visibleNotebookEditors) if (editor.notebook === notebook) tell(news, editor);
    }),
  );
}

/** Asks the user for a file, and the kernel to write a tensor to it. */
async function saveTensor(
  session: NotebookSession | undefined,
  notebook: vscode.NotebookDocument,
  source: string,
): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(workingFolder(notebook), 'tensor.npy')),
    filters: { NumPy: ['npy'] },
    title: 'Save the whole tensor',
  });
  if (!target) return;
  const result = (await session?.ask('save', { source, file: target.fsPath })) ?? { reason: NO_KERNEL };
  if ('reason' in result) void vscode.window.showWarningMessage(`DLNB: ${result.reason}`);
}

async function answer(notebook: vscode.NotebookDocument, message: unknown, logs: OutputLogs): Promise<void> {
  if (typeof message !== 'object' || message === null) return;
  const { type, cell, file, line, column, log: name } = message as Record<string, unknown>;
  if (type === 'openLog' && typeof name === 'string') return logs.open(notebook.uri, name);
  const position = new vscode.Position(whole(line) - 1, whole(column) - 1);
  if (type === 'reveal' && typeof cell === 'string') return reveal(notebook, cell, position);
  if (type === 'openFile' && typeof file === 'string') return openFile(notebook, file, position);
}

const whole = (n: unknown) => (typeof n === 'number' && Number.isSafeInteger(n) && n > 0 ? n : 1);

/** Puts the cursor at the position of an error. */
export async function reveal(notebook: vscode.NotebookDocument, id: string, position: vscode.Position): Promise<void> {
  const cell = findCell(notebook, id);
  if (!cell) {
    void vscode.window.showInformationMessage('DLNB: the cell of this error is not in the notebook any more.');
    return;
  }
  const end = cell.document.validatePosition(position);
  await vscode.commands.executeCommand('vscode.open', cell.document.uri, { selection: new vscode.Range(end, end) });
}

/** Opens a file in the notebook's folder; errors name no others. */
async function openFile(notebook: vscode.NotebookDocument, file: string, position: vscode.Position): Promise<void> {
  const folder = workingFolder(notebook);
  const target = path.resolve(folder, file);
  const inside = path.relative(folder, target);
  if (inside.startsWith('..') || path.isAbsolute(inside) || !(await stat(target).catch(() => undefined))?.isFile()) {
    void vscode.window.showInformationMessage(`DLNB: ${file.slice(0, 200)} is not a file in the notebook's folder.`);
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(target), { selection: new vscode.Range(position, position) });
}
