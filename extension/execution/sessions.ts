// The sessions of all open notebooks. A session begins at the first run and ends when the notebook is closed. It
// survives a rename of the file and the first save of an untitled notebook.
import * as vscode from 'vscode';
import { statSync } from 'node:fs';
import type { ControlsNews } from '../../kernel/wire/controls.ts';
import type { TrainingDelta } from '../../kernel/wire/training.ts';
import { idsOf } from '../notebook/ids.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import type { KernelStarter } from './kernel-starter.ts';
import { NotebookSession } from './session.ts';

/**
 * On a rename or a save under a new name, the editor closes the old document and opens the new one within this time.
 */
const MOVE_MS = 3000;

interface Closed {
  session: NotebookSession;
  uri: string;
  ids: string;
  timer: NodeJS.Timeout;
}

export class Sessions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.NotebookDocument>();
  /** A session began, ended, or changed its state. */
  readonly onDidChange = this.changed.event;

  private readonly training = new vscode.EventEmitter<{ notebook: vscode.NotebookDocument; delta: TrainingDelta }>();
  /** A training has new points. */
  readonly onTraining = this.training.event;

  private readonly controls = new vscode.EventEmitter<{ notebook: vscode.NotebookDocument; news: ControlsNews }>();
  /** Views of controls have news. */
  readonly onControls = this.controls.event;

  private readonly open = new Map<vscode.NotebookDocument, NotebookSession>();
  private readonly closed = new Set<Closed>();
  /** When each document was opened: a renamed notebook is a new document, a copy may be an old one. */
  private readonly opened = new WeakMap<vscode.NotebookDocument, number>();
  /** Old file names by new ones. */
  private readonly renamed = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly controller: vscode.NotebookController,
    private readonly starter: KernelStarter,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenNotebookDocument((n) => n.notebookType === NOTEBOOK_TYPE && this.didOpen(n)),
      vscode.workspace.onDidCloseNotebookDocument((n) => this.didClose(n)),
      vscode.workspace.onDidRenameFiles(({ files }) => files.forEach((f) => this.didRename(f.oldUri, f.newUri))),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
        const session = this.open.get(notebook);
        if (session) for (const { cell, outputs } of cellChanges) if (outputs) session.outputsChanged(cell);
      }),
      // The file holds a training as it is, not as it was seconds ago
      vscode.workspace.onWillSaveNotebookDocument((event) => {
        const session = this.open.get(event.notebook);
        if (session) event.waitUntil(session.refresh());
      }),
    );
  }

  get(notebook: vscode.NotebookDocument | undefined): NotebookSession | undefined {
    return notebook && this.open.get(notebook);
  }

  all(): NotebookSession[] {
    return [...this.open.values()];
  }

  /** The notebook's session, created if necessary. */
  for(notebook: vscode.NotebookDocument): NotebookSession {
    let session = this.open.get(notebook);
    if (!session) {
      session = new NotebookSession(notebook, this.controller, this.starter);
      const made = session;
      made.onDidChangeState(() => this.changed.fire(made.notebook));
      made.onTraining((delta) => this.training.fire({ notebook: made.notebook, delta }));
      made.onControls((news) => this.controls.fire({ notebook: made.notebook, news }));
      this.open.set(notebook, made);
    }
    return session;
  }

  dispose(): void {
    this.subscriptions.dispose();
    for (const { session, timer } of this.closed) {
      clearTimeout(timer);
      session.dispose();
    }
    for (const session of this.open.values()) session.dispose();
    this.open.clear();
    this.changed.dispose();
    this.training.dispose();
    this.controls.dispose();
  }

  private didOpen(notebook: vscode.NotebookDocument): void {
    this.opened.set(notebook, Date.now());
    for (const closed of this.closed) {
      if (!this.isMove(closed, notebook)) continue;
      clearTimeout(closed.timer);
      this.closed.delete(closed);
      this.move(closed.session, notebook);
      return;
    }
  }

  private didClose(notebook: vscode.NotebookDocument): void {
    const session = this.open.get(notebook);
    if (!session) return;
    this.open.delete(notebook);
    const closed: Closed = {
      session,
      uri: notebook.uri.toString(),
      ids: idList(notebook),
      timer: setTimeout(() => {
        this.closed.delete(closed);
        void session.close();
      }, MOVE_MS),
    };
    const next = vscode.workspace.notebookDocuments.find(
      (n) => Date.now() - (this.opened.get(n) ?? 0) < 2 * MOVE_MS && !this.open.has(n) && this.isMove(closed, n),
    );
    if (next) {
      clearTimeout(closed.timer);
      this.move(session, next);
    } else {
      this.closed.add(closed);
      this.changed.fire(notebook);
    }
  }

  /** A file or a folder was renamed; the notebooks of a folder move with it. */
  private didRename(from: vscode.Uri, to: vscode.Uri): void {
    const [old, now] = [from.toString(), to.toString()];
    this.renamed.set(now, old);
    setTimeout(() => this.renamed.delete(now), 2 * MOVE_MS);
    for (const closed of [...this.closed]) {
      const notebook = vscode.workspace.notebookDocuments.find((n) => !this.open.has(n) && this.isMove(closed, n));
      if (!notebook) continue;
      clearTimeout(closed.timer);
      this.closed.delete(closed);
      this.move(closed.session, notebook);
    }
  }

  private isMove({ uri, ids }: Pick<Closed, 'uri' | 'ids'>, notebook: vscode.NotebookDocument): boolean {
    const now = notebook.uri.toString();
    if (notebook.notebookType !== NOTEBOOK_TYPE || now === uri) return false;
    for (const [to, from] of this.renamed) {
      if (now === to ? uri === from : now.startsWith(`${to}/`) && uri === from + now.slice(to.length)) return true;
    }
    if (ids === '' || ids !== idList(notebook)) return false;
    // The same cells under another name are a move if the file was written just now; otherwise they are an old copy
    return uri.startsWith('untitled:') || writtenJustNow(notebook.uri);
  }

  private move(session: NotebookSession, notebook: vscode.NotebookDocument): void {
    this.open.set(notebook, session);
    session.move(notebook);
    this.changed.fire(notebook);
    void session.checkFolder();
  }
}

function writtenJustNow(uri: vscode.Uri): boolean {
  if (uri.scheme !== 'file') return false;
  const written = statSync(uri.fsPath, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - written < 2 * MOVE_MS;
}

const idList = (notebook: vscode.NotebookDocument) => [...idsOf(notebook).values()].join(' ');

/** The active notebook, if it is a DLNB notebook. */
export function activeNotebook(): vscode.NotebookDocument | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook?.notebookType === NOTEBOOK_TYPE ? notebook : undefined;
}
