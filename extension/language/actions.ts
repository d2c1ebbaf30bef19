// Quick fixes, and organizing the imports of a cell: what another cell uses stays.
import type * as lsp from 'vscode-languageserver-protocol';
import * as vscode from 'vscode';
import { isBuiltinAtWork } from './builtin.ts';
import type { OpenNotebooks } from './notebooks.ts';

const { QuickFix, Source, SourceOrganizeImports } = vscode.CodeActionKind;
const ORGANIZING: [vscode.CodeActionKind, string][] = [
  [SourceOrganizeImports, 'Organize Imports'],
  [Source.append('removeUnusedImports'), 'Remove Unused Imports'],
  [Source.append('sortImports'), 'Sort Imports'],
];

export const actionKinds: vscode.CodeActionProviderMetadata = {
  providedCodeActionKinds: [QuickFix, ...ORGANIZING.map(([kind]) => kind)],
};

export class Actions implements vscode.CodeActionProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    _: vscode.Range,
    { only, diagnostics }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const actions: vscode.CodeAction[] = [];
    if (!only || only.contains(QuickFix)) actions.push(...(await this.fixes(document, diagnostics, token)));
    // On saving and by command, not for the light bulb. VS Code's own TypeScript has actions of these names in any case:
    // its plugin answers for them (extension/typescript-plugin/)
    if (!isBuiltinAtWork())
      for (const [kind, title] of ORGANIZING)
        if (only?.contains(kind)) actions.push(...(await this.organize(document, { kind, title }, token)));
    return actions;
  }

  private async fixes(
    document: vscode.TextDocument,
    diagnostics: readonly vscode.Diagnostic[],
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const open = this.notebooks.of(document);
    const lists = await Promise.all(
      diagnostics.map(async (diagnostic) => {
        const { code, message, range } = diagnostic;
        if (typeof code !== 'number') return [];
        const about: lsp.Diagnostic = { range, severity: 1, code, source: 'ts', message };
        const context = { diagnostics: [about], only: ['quickfix'] };
        const found = await open?.ask(
          document,
          (language, cell) => language.codeActions(cell, range, context, token),
          token,
        );
        return (found ?? []).map(({ action, edits }) => {
          const fix = new vscode.CodeAction(action.title, QuickFix);
          fix.edit = this.notebooks.editOf(edits);
          fix.diagnostics = [diagnostic];
          if (action.isPreferred) fix.isPreferred = true;
          return fix;
        });
      }),
    );
    const seen = new Set<string>();
    const all = lists.flat().filter(({ title }) => !seen.has(title) && seen.add(title));
    // Node's modules by their full names, as in completion
    const modules = new Set(all.map(({ title }) => / from "(.*)"$/.exec(title)?.[1]));
    return all.filter(({ title }) => !modules.has(`node:${/ from "(.*)"$/.exec(title)?.[1]}`));
  }

  private async organize(
    document: vscode.TextDocument,
    { kind, title }: { kind: vscode.CodeActionKind; title: string },
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const edits = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.organizeImports(cell, kind.value, token), token);
    if (!edits || edits.length === 0) return [];
    const action = new vscode.CodeAction(title, kind);
    action.edit = new vscode.WorkspaceEdit();
    for (const { start, end, text } of edits) {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      action.edit.replace(document.uri, range, text);
    }
    return [action];
  }
}
