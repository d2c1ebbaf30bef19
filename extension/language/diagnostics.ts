// What is wrong with the cells, shown a moment after the last key.
import * as vscode from 'vscode';
import type { CellDiagnostic, Severity } from '../../kernel/language/diagnostics.ts';
import { rangeOf } from './convert.ts';
import type { OpenNotebook, OpenNotebooks } from './notebooks.ts';

/** After the last key. */
const PAUSE_MS = 120;

const SEVERITIES: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};
const TAGS = { unnecessary: vscode.DiagnosticTag.Unnecessary, deprecated: vscode.DiagnosticTag.Deprecated };

/** Keeps the diagnostics of all cells. */
export class Diagnostics implements vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection('dlnb');
  /** For each notebook, what its cells show. */
  private readonly known = new Map<OpenNotebook, Map<string, string>>();
  private readonly waiting = new Map<OpenNotebook, { timer: NodeJS.Timeout; source: vscode.CancellationTokenSource }>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly notebooks: OpenNotebooks) {
    this.subscriptions = vscode.Disposable.from(
      notebooks.onDidChange((open) => this.later(open)),
      notebooks.onDidClose((open) => this.forget(open)),
    );
    this.refresh();
  }

  /** Asks for all notebooks again. */
  refresh(): void {
    for (const open of this.notebooks.all()) this.later(open);
  }

  private later(open: OpenNotebook): void {
    this.stop(open);
    const source = new vscode.CancellationTokenSource();
    const timer = setTimeout(() => void this.update(open, source.token), this.known.has(open) ? PAUSE_MS : 0);
    this.waiting.set(open, { timer, source });
  }

  private stop(open: OpenNotebook): void {
    const waiting = this.waiting.get(open);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    waiting.source.cancel();
    this.waiting.delete(open);
  }

  private async update(open: OpenNotebook, token: vscode.CancellationToken): Promise<void> {
    const found = await open.diagnostics(token);
    if (!found || token.isCancellationRequested) return;
    const cells = new Map<string, CellDiagnostic[]>();
    for (const diagnostic of found) {
      const list = cells.get(diagnostic.cell);
      if (list) list.push(diagnostic);
      else cells.set(diagnostic.cell, [diagnostic]);
    }
    const before = this.known.get(open) ?? new Map<string, string>();
    const now = new Map([...cells].map(([cell, list]) => [cell, JSON.stringify(list)]));
    const changes: [vscode.Uri, vscode.Diagnostic[] | undefined][] = [];
    for (const cell of before.keys()) if (!now.has(cell)) changes.push([vscode.Uri.parse(cell, true), undefined]);
    for (const [cell, text] of now)
      if (before.get(cell) !== text) {
        const list = cells.get(cell)!.map((diagnostic) => this.convert(diagnostic));
        changes.push([vscode.Uri.parse(cell, true), list]);
      }
    this.known.set(open, now);
    this.shown.set(changes);
  }

  private convert({ range, severity, code, message, tag, related }: CellDiagnostic): vscode.Diagnostic {
    const diagnostic = new vscode.Diagnostic(rangeOf(range), message, SEVERITIES[severity]);
    diagnostic.source = code === 'shape' ? 'dlnb' : 'ts';
    diagnostic.code = code;
    if (tag) diagnostic.tags = [TAGS[tag]];
    diagnostic.relatedInformation = related.flatMap(({ message, at }) => {
      const location = this.notebooks.locate(at);
      return location ? [new vscode.DiagnosticRelatedInformation(location, message)] : [];
    });
    return diagnostic;
  }

  private forget(open: OpenNotebook): void {
    this.stop(open);
    for (const cell of this.known.get(open)?.keys() ?? []) this.shown.delete(vscode.Uri.parse(cell, true));
    this.known.delete(open);
  }

  dispose(): void {
    for (const open of [...this.waiting.keys()]) this.stop(open);
    this.subscriptions.dispose();
    this.shown.dispose();
  }
}
