// A hint, once in a window, that breakpoints in cells are not reached: cells cannot be debugged yet.
import * as vscode from 'vscode';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';

export class BreakpointHint implements vscode.Disposable {
  private told = false;
  private readonly subscription = vscode.debug.onDidChangeBreakpoints(({ added }) => this.look(added));

  /** Cells are about to run: those with breakpoints will run through. */
  runs(cells: readonly vscode.NotebookCell[]): void {
    if (this.told) return;
    const running = new Set(cells.map((cell) => cell.document.uri.toString()));
    this.look(vscode.debug.breakpoints.filter((b) => b.enabled && running.has(placeOf(b) ?? '')));
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private look(breakpoints: readonly vscode.Breakpoint[]): void {
    if (this.told || !breakpoints.some(isInCell)) return;
    this.told = true;
    void vscode.window.showInformationMessage(
      'DLNB: cells cannot be debugged yet, so breakpoints in them are not reached. Print values with console.log, or ' +
        'as the last line of a cell.',
    );
  }
}

const placeOf = (breakpoint: vscode.Breakpoint): string | undefined =>
  breakpoint instanceof vscode.SourceBreakpoint ? breakpoint.location.uri.toString() : undefined;

function isInCell(breakpoint: vscode.Breakpoint): boolean {
  const place = placeOf(breakpoint);
  return (
    place !== undefined &&
    vscode.workspace.notebookDocuments.some(
      (n) => n.notebookType === NOTEBOOK_TYPE && n.getCells().some((cell) => cell.document.uri.toString() === place),
    )
  );
}
