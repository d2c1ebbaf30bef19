// Registers DLNB as the kernel of `.dlnb` notebooks: run, run all, interrupt.
import * as vscode from 'vscode';
import { LANGUAGES } from '../../kernel/notebook/format/languages.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import { BreakpointHint } from './breakpoint-hint.ts';
import type { KernelStarter } from './kernel-starter.ts';
import { Sessions } from './sessions.ts';

export const CONTROLLER_ID = 'dlnb';

export function createController(starter: KernelStarter): {
  controller: vscode.NotebookController;
  sessions: Sessions;
  hint: vscode.Disposable;
} {
  const controller = vscode.notebooks.createNotebookController(CONTROLLER_ID, NOTEBOOK_TYPE, 'DLNB TypeScript');
  controller.supportedLanguages = [...LANGUAGES];
  controller.supportsExecutionOrder = true;
  controller.description = 'TypeScript with TensorFlow.js';
  const sessions = new Sessions(controller, starter);
  const hint = new BreakpointHint();
  controller.executeHandler = (cells, notebook) => {
    hint.runs(cells);
    return sessions.for(notebook).run(cells);
  };
  controller.interruptHandler = (notebook) => sessions.get(notebook)?.interrupt();
  return { controller, sessions, hint };
}
