// Input boxes for the questions of cells: `prompt`, `confirm`, `alert`, and lines of `process.stdin`.
import * as vscode from 'vscode';
import path from 'node:path';
import { findCell } from '../notebook/ids.ts';
import type { InputAnswer, InputQuestion } from '../../kernel/wire/protocol.ts';

type Answer = Omit<InputAnswer, 'type'>;

export class InputBoxes implements vscode.Disposable {
  /** Open boxes, by request. */
  private readonly open = new Map<number, vscode.CancellationTokenSource>();

  /**
   * Shows a question until it is answered or taken back.
   * @param answer not called if it is taken back
   */
  async ask(
    question: InputQuestion,
    notebook: vscode.NotebookDocument,
    answer: (answer: Answer) => void,
  ): Promise<void> {
    const { request, cell } = question;
    const source = new vscode.CancellationTokenSource();
    this.open.set(request, source);
    const at = findCell(notebook, cell)?.index ?? -1;
    const title = `${path.basename(notebook.uri.path)}${at < 0 ? '' : `, cell ${at + 1}`}`;
    const text = await show(question, title, source.token);
    this.open.delete(request);
    if (!source.token.isCancellationRequested) answer({ request, text });
    source.dispose();
  }

  /** The answer is not wanted any more. */
  takeBack(request: number): void {
    this.open.get(request)?.cancel();
  }

  /** Closes all boxes: the kernel has ended. */
  dispose(): void {
    for (const source of this.open.values()) source.cancel();
  }
}

async function show(
  { kind, message, preset }: InputQuestion,
  title: string,
  token: vscode.CancellationToken,
): Promise<string | null> {
  if (kind === 'confirm' || kind === 'alert') {
    const choices = kind === 'confirm' ? ['Yes', 'No'] : ['OK'];
    const choice = await vscode.window.showQuickPick(
      choices,
      { title, placeHolder: message, ignoreFocusOut: true },
      token,
    );
    return choice === 'Yes' ? 'y' : kind === 'confirm' ? 'n' : '';
  }
  const prompt = message.trim() || 'The cell reads a line of input.';
  const text = await vscode.window.showInputBox(
    { title, prompt, ...(preset !== undefined && { value: preset }), ignoreFocusOut: true },
    token,
  );
  return text ?? null;
}
