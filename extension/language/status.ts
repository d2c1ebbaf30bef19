// A word in the status bar where cells have no types: the package has no server, or the server ended too often.
import * as vscode from 'vscode';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';

/** What the item says. */
export interface Missing {
  text: string;
  tooltip: string;
  /** What a click does. */
  command?: string;
}

/** Shown while a notebook is in front. */
export class TypesStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('dlnb.types', vscode.StatusBarAlignment.Right, 98);
  private readonly subscription: vscode.Disposable;
  private missing: Missing | undefined;

  constructor() {
    this.item.name = 'DLNB Types';
    this.subscription = vscode.window.onDidChangeActiveNotebookEditor(() => this.update());
  }

  /** @param missing undefined: cells have types */
  show(missing: Missing | undefined): void {
    this.missing = missing;
    this.update();
  }

  private update(): void {
    const isInFront = vscode.window.activeNotebookEditor?.notebook.notebookType === NOTEBOOK_TYPE;
    if (!this.missing || !isInFront) return this.item.hide();
    const { text, tooltip, command } = this.missing;
    this.item.text = `$(circle-slash) ${text}`;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `DLNB: ${text}` };
    this.item.command = command;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
    this.subscription.dispose();
  }
}
