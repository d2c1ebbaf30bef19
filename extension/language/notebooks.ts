// The open notebooks as the language service knows them. Cells are read when something is asked about them, so that a
// key costs nothing.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { CellFacts } from '../../kernel/language/cell.ts';
import type { CellDiagnostic } from '../../kernel/language/diagnostics.ts';
import type { Cell, CellRange, Range } from '../../kernel/language/document.ts';
import type { Edit, Place } from '../../kernel/language/features.ts';
import type { Language, NotebookLanguage } from '../../kernel/language/notebook.ts';
import { importOfSnippet, snippetsAt } from '../../kernel/language/service.ts';
import type { ImportName, OfferedSnippet } from '../../kernel/language/snippets.ts';
import { workingFolder } from '../execution/kernel-starter.ts';
import { log } from '../log.ts';
import { NOTEBOOK_TYPE } from '../notebook/serializer.ts';
import { rangeOf } from './convert.ts';

const CELL_SCHEME = 'vscode-notebook-cell';

/** The id of a cell for the language service. */
export const idOf = (document: vscode.TextDocument): string => document.uri.toString();

/** So often a question is asked while other cells change. */
const MOST_TRIES = 3;

/** One open notebook. */
export class OpenNotebook {
  private readonly language: NotebookLanguage;
  private readonly read = new WeakMap<vscode.NotebookCell, { version: number; cell: Cell }>();
  private cells: readonly Cell[] = [];
  /** Counts the states of the cells' texts. */
  private revision = 0;

  constructor(
    readonly notebook: vscode.NotebookDocument,
    service: Language,
  ) {
    const { uri } = notebook;
    // A notebook without a file is no other's of that name in the folder
    const name = `${path.basename(uri.path)}${uri.scheme === 'file' ? '' : `.${uri.scheme}`}`;
    this.cells = this.cellsNow();
    this.language = service.open(path.join(workingFolder(notebook), name), this.cells);
  }

  /** The address of the virtual document. */
  get uri(): string {
    return this.language.uri;
  }

  private cellsNow(): Cell[] {
    return this.notebook.getCells().map((cell) => {
      const { document } = cell;
      const before = this.read.get(cell);
      if (before?.version === document.version && before.cell.language === document.languageId) return before.cell;
      const read: Cell = {
        id: idOf(document),
        kind: cell.kind === vscode.NotebookCellKind.Code ? 'code' : 'markdown',
        language: document.languageId,
        text: document.getText(),
      };
      this.read.set(cell, { version: document.version, cell: read });
      return read;
    });
  }

  /** Tells the server how the cells are now. */
  private sync(): void {
    const cells = this.cellsNow();
    if (cells.length === this.cells.length && cells.every((cell, i) => cell === this.cells[i])) return;
    this.cells = cells;
    this.revision++;
    this.language.update(cells);
  }

  /**
   * Asks about a cell, and again where another cell has changed before the answer came.
   * @param whileTyping whether an answer counts when this cell itself has changed: VS Code goes on with the list that
   *   it has asked for at the beginning of a word
   * @returns undefined if there is no answer
   */
  async ask<R>(
    document: vscode.TextDocument,
    question: (language: NotebookLanguage, cell: string) => Promise<R>,
    token?: vscode.CancellationToken,
    whileTyping = false,
  ): Promise<R | undefined> {
    const cell = idOf(document);
    const { language } = this;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.sync();
      const { revision } = this;
      const { version } = document;
      if (!language.document.facts(cell)) return undefined;
      try {
        const answer = await question(language, cell);
        this.sync();
        if (revision === this.revision) return answer;
        if (document.version !== version) return whileTyping ? answer : undefined;
      } catch (e) {
        if (!token?.isCancellationRequested) log().debug(`TypeScript in cells: ${(e as Error).message}`);
        return undefined;
      }
      if (token?.isCancellationRequested) return undefined;
    }
    return undefined;
  }

  /** What is wrong with the cells; undefined if it is not known, or if the cells have changed meanwhile. */
  async diagnostics(token: vscode.CancellationToken): Promise<CellDiagnostic[] | undefined> {
    this.sync();
    const { revision } = this;
    try {
      const found = await this.language.diagnostics(token);
      this.sync();
      return revision === this.revision ? found : undefined;
    } catch (e) {
      if (!token.isCancellationRequested) log().debug(`TypeScript in cells: ${(e as Error).message}`);
      return undefined;
    }
  }

  /** What was read of a cell. */
  facts(document: vscode.TextDocument): CellFacts | undefined {
    this.sync();
    return this.language.document.facts(idOf(document));
  }

  /** The snippets for a place of a cell. @param isAsked whether the user asks for completion */
  snippets(document: vscode.TextDocument, position: vscode.Position, isAsked: boolean): OfferedSnippet[] {
    this.sync();
    const offset = document.offsetAt(position);
    return snippetsAt(this.language.document, { cell: idOf(document), offset, isAsked });
  }

  /** The edits that import names for a cell, where no cell imports them. */
  importsOf(document: vscode.TextDocument, names: readonly ImportName[]): Edit[] {
    this.sync();
    return names.flatMap((name) => importOfSnippet(this.language.document, idOf(document), name) ?? []);
  }

  /** The place in a cell of one in the virtual document, which an answer about another notebook may name. */
  cellRange(range: Range): CellRange | undefined {
    return this.language.document.cellRange(range);
  }

  close(): void {
    this.language.close();
  }
}

/** All open notebooks, and the one server for them. */
export class OpenNotebooks implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<OpenNotebook>();
  /** A notebook was opened, or its cells may have changed. */
  readonly onDidChange = this.changed.event;
  private readonly closed = new vscode.EventEmitter<OpenNotebook>();
  readonly onDidClose = this.closed.event;
  private readonly open = new Map<vscode.NotebookDocument, OpenNotebook>();
  /** Of the cells that were asked about, so that a key does not search all cells. */
  private readonly owners = new WeakMap<vscode.TextDocument, OpenNotebook>();
  private readonly subscriptions: vscode.Disposable;

  constructor(readonly service: Language) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.add(notebook)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.remove(notebook)),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        const open = this.open.get(notebook);
        const isText = ({ document }: vscode.NotebookDocumentCellChange) => document !== undefined;
        if (open && (contentChanges.length > 0 || cellChanges.some(isText))) this.changed.fire(open);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const open = contentChanges.length > 0 ? this.of(document) : undefined;
        if (open) this.changed.fire(open);
      }),
      // A cell with another language is opened again
      vscode.workspace.onDidOpenTextDocument((document) => {
        const open = this.of(document);
        if (open) this.changed.fire(open);
      }),
    );
    for (const notebook of vscode.workspace.notebookDocuments) this.add(notebook);
  }

  all(): OpenNotebook[] {
    return [...this.open.values()];
  }

  /** The notebook of a cell. */
  of(document: vscode.TextDocument): OpenNotebook | undefined {
    if (document.uri.scheme !== CELL_SCHEME) return undefined;
    const owner = this.owners.get(document);
    if (owner && !owner.notebook.isClosed) return owner;
    const { path } = document.uri;
    for (const open of this.open.values()) {
      const { notebook } = open;
      if (notebook.uri.path !== path || !notebook.getCells().some((cell) => cell.document === document)) continue;
      this.owners.set(document, open);
      return open;
    }
    return undefined;
  }

  /** Where a place is that the server has named; undefined for what only virtual documents have. */
  locate(place: Place): vscode.Location | undefined {
    if ('cell' in place) return new vscode.Location(vscode.Uri.parse(place.cell, true), rangeOf(place.range));
    const other = this.all().find(({ uri }) => uri === place.uri);
    if (!other) return new vscode.Location(vscode.Uri.parse(place.uri, true), rangeOf(place.range));
    const found = other.cellRange(place.range);
    return found && new vscode.Location(vscode.Uri.parse(found.cell, true), rangeOf(found.range));
  }

  /** Edits of cells and files as one edit of the workspace. */
  editOf(edits: readonly Edit[]): vscode.WorkspaceEdit {
    const result = new vscode.WorkspaceEdit();
    for (const edit of edits) {
      const at = this.locate(edit);
      if (at) result.replace(at.uri, at.range, edit.newText);
    }
    return result;
  }

  private add(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== NOTEBOOK_TYPE || this.open.has(notebook)) return;
    // An older version, beside the file in a comparison
    if (vscode.workspace.fs.isWritableFileSystem(notebook.uri.scheme) === false) return;
    const open = new OpenNotebook(notebook, this.service);
    this.open.set(notebook, open);
    this.changed.fire(open);
  }

  private remove(notebook: vscode.NotebookDocument): void {
    const open = this.open.get(notebook);
    if (!open) return;
    this.open.delete(notebook);
    open.close();
    this.closed.fire(open);
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changed.dispose();
    this.closed.dispose();
    void this.service.dispose();
  }
}
