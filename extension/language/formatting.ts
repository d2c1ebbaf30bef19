// Formatting of cells, where VS Code's own TypeScript does not format them: with two formatters it would ask which one.
// A formatter that the user has chosen, such as Prettier, goes before in any case.
import * as vscode from 'vscode';
import { isBuiltinAtWork } from './builtin.ts';
import { rangeOf } from './convert.ts';
import type { OpenNotebooks } from './notebooks.ts';

export class Formatting implements vscode.DocumentFormattingEditProvider, vscode.Disposable {
  private registered: vscode.Disposable | undefined;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly selector: vscode.DocumentSelector,
    private readonly notebooks: OpenNotebooks,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration(() => this.update()),
      vscode.extensions.onDidChange(() => this.update()),
    );
    this.update();
  }

  private update(): void {
    if (isBuiltinAtWork()) {
      this.registered?.dispose();
      this.registered = undefined;
    } else this.registered ??= vscode.languages.registerDocumentFormattingEditProvider(this.selector, this);
  }

  async provideDocumentFormattingEdits(
    document: vscode.TextDocument,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[] | undefined> {
    const { tabSize, insertSpaces } = options;
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.format(cell, { tabSize, insertSpaces }, token), token);
    return found?.map(({ range, newText }) => new vscode.TextEdit(rangeOf(range), newText));
  }

  dispose(): void {
    this.registered?.dispose();
    this.subscriptions.dispose();
  }
}
