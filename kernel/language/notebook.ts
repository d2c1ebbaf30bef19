// The notebooks that one server knows, and what can be asked about their cells. Places and ranges are those of cells on
// both sides; the virtual documents stay in here.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import type * as lsp from 'vscode-languageserver-protocol';
import { cellDiagnostics, type CellDiagnostic } from './diagnostics.ts';
import { withoutMarks } from './chunk.ts';
import { VirtualDocument, type Cell, type CellRange, type Range } from './document.ts';
import {
  aliasAt,
  completionOf,
  editOf,
  hoverOf,
  placeOf,
  symbolsOf,
  tokensOf,
  type Edit,
  type Place,
  type Token,
} from './features.ts';
import type { Position } from './lines.ts';
import { organizeImports, type Ask, type OffsetEdit } from './organize.ts';
import { projectOf } from './project.ts';
import { CONFIG, LanguageServer, type ServerOptions } from './server.ts';
import { shapeAt, withMisfits, withShape } from './shape-answers.ts';
import { NotebookShapes } from './shapes.ts';

export interface LanguageOptions extends ServerOptions {
  /** The folder dist/types. */
  types: string;
}

/** TypeScript for any number of notebooks, by one server. */
export class Language {
  readonly server: LanguageServer;
  /** The virtual files of each folder. */
  private readonly folders = new Map<string, Set<string>>();

  constructor(private readonly options: LanguageOptions) {
    this.server = new LanguageServer(options);
  }

  /** Opens a notebook. @param file its path, which need not exist: files and packages are looked for from there */
  open(file: string, cells: readonly Cell[] = []): NotebookLanguage {
    return new NotebookLanguage(this, path.resolve(file), cells);
  }

  /** Reads the folders' tsconfig.json and their packages again. */
  projectsChanged(): void {
    for (const folder of this.folders.keys()) this.tellProject(folder);
  }

  /** Ends the server. */
  dispose(): Promise<void> {
    return this.server.dispose();
  }

  /** @internal Adds a virtual file to the project of its folder. */
  add(file: string): void {
    const folder = path.dirname(file);
    const files = this.folders.get(folder) ?? new Set();
    this.folders.set(folder, files.add(path.basename(file)));
    this.tellProject(folder);
  }

  /** @internal */
  remove(file: string): void {
    const folder = path.dirname(file);
    const files = this.folders.get(folder);
    // The configuration stays open, also without files: a server that is told of its end dies
    if (files?.delete(path.basename(file))) this.tellProject(folder);
  }

  private tellProject(folder: string): void {
    const text = () => projectOf(this.options.types, folder, [...(this.folders.get(folder) ?? [])]);
    this.server.open(uriOf(path.join(folder, CONFIG)), 'json', text);
  }
}

const uriOf = (file: string) => pathToFileURL(file).href;

/** A completion item, with what it changes in other cells than the one that is typed in. */
export interface ResolvedItem extends lsp.CompletionItem {
  elsewhere: Edit[];
}

/** One notebook. */
export class NotebookLanguage {
  readonly document = new VirtualDocument();
  private cells: readonly Cell[] = [];
  private readonly shapes = new NotebookShapes();
  private file = '';
  /** About the whole document as it is now, by methods. */
  private readonly answers = new Map<string, Promise<unknown>>();
  /** The last question about a text beside the document. */
  private beside: Promise<unknown> = Promise.resolve();

  /** Made by {@link Language.open}. */
  constructor(
    private readonly language: Language,
    private readonly notebook: string,
    cells: readonly Cell[],
  ) {
    this.update(cells);
  }

  /** The address of the virtual document. */
  get uri(): string {
    return uriOf(this.file);
  }

  /** Takes the cells as they are now, in their order, Markdown too. */
  update(cells: readonly Cell[]): void {
    this.cells = cells;
    this.answers.clear();
    const change = this.document.update(cells);
    const { dir, base } = path.parse(this.notebook);
    const file = path.join(dir, `.${base}.${this.document.jsx ? 'tsx' : 'ts'}`);
    if (file === this.file) {
      if (change) this.language.server.change(this.uri, change);
      return;
    }
    this.close();
    this.file = file;
    this.language.add(file);
    const languageId = this.document.jsx ? 'typescriptreact' : 'typescript';
    this.language.server.open(this.uri, languageId, () => this.document.text);
  }

  /** The notebook is closed. */
  close(): void {
    if (this.file === '') return;
    this.language.server.close(this.uri);
    this.language.remove(this.file);
    this.file = '';
  }

  /** What is wrong with the cells, and hints, in their order. */
  async diagnostics(token?: CancellationToken): Promise<CellDiagnostic[]> {
    const { cells, document, uri } = this;
    const report = await this.ask<lsp.DocumentDiagnosticReport>('textDocument/diagnostic', {}, token);
    // The document may have changed meanwhile: then these are about another one
    if (cells !== this.cells || report.kind !== 'full') return [];
    return withMisfits(document, this.shapes, cellDiagnostics(document, cells, report.items, uri));
  }

  /** What may be typed at a place, with snippets and names that would be imported. */
  async completion(
    cell: string,
    position: Position,
    context: lsp.CompletionContext = { triggerKind: 1 },
    token?: CancellationToken,
  ): Promise<lsp.CompletionList> {
    const params = { position: this.document.virtualPosition(cell, position), context };
    const found = await this.ask<lsp.CompletionList | null>('textDocument/completion', params, token);
    return completionOf(this.document, found, cell);
  }

  /** Adds to an item what it says, and the import that it needs, which may go to another cell. */
  async resolve(cell: string, item: lsp.CompletionItem, token?: CancellationToken): Promise<ResolvedItem> {
    const { additionalTextEdits, ...found } = await this.language.server.request<lsp.CompletionItem>(
      'completionItem/resolve',
      item,
      token,
    );
    const text = (value: lsp.CompletionItem['documentation']) =>
      typeof value === 'object' ? { ...value, value: withoutMarks(value.value) } : value;
    const edits = (additionalTextEdits ?? []).flatMap((edit) => editOf(this.document, edit, cell) ?? []);
    const own = edits.filter((edit) => edit.cell === cell).map(({ range, newText }) => ({ range, newText }));
    return {
      ...item,
      ...(found.detail !== undefined && { detail: withoutMarks(found.detail) }),
      ...(found.documentation !== undefined && { documentation: text(found.documentation)! }),
      ...(own.length > 0 && { additionalTextEdits: own }),
      elsewhere: edits.filter((edit) => edit.cell !== cell),
    };
  }

  /** What is known of a name, in Markdown, and its shape where that is known before the cell runs. */
  async hover(cell: string, position: Position, token?: CancellationToken): Promise<ReturnType<typeof hoverOf>> {
    const shape = shapeAt(this.document, this.shapes, cell, position);
    const found = await this.askAt<lsp.Hover | null>('textDocument/hover', cell, position, token);
    return withShape(hoverOf(this.document, found), shape);
  }

  /** The parameters of the call that is being typed. */
  async signatureHelp(
    cell: string,
    position: Position,
    context?: lsp.SignatureHelpContext,
    token?: CancellationToken,
  ): Promise<lsp.SignatureHelp | undefined> {
    const params = { position: this.document.virtualPosition(cell, position), ...(context && { context }) };
    const found = await this.ask<lsp.SignatureHelp | null>('textDocument/signatureHelp', params, token);
    return found ? (JSON.parse(withoutMarks(JSON.stringify(found))) as lsp.SignatureHelp) : undefined;
  }

  /** Where a name is declared: in a cell, a file of the user, or a declaration of a package. */
  async definition(cell: string, position: Position, token?: CancellationToken): Promise<Place[]> {
    return this.declared('textDocument/definition', this.document.virtualPosition(cell, position), token);
  }

  /** Where the type of a name is declared. */
  async typeDefinition(cell: string, position: Position, token?: CancellationToken): Promise<Place[]> {
    return this.declared('textDocument/typeDefinition', this.document.virtualPosition(cell, position), token);
  }

  /** Where a name is used, in all cells and files. */
  async references(cell: string, position: Position, token?: CancellationToken): Promise<Place[]> {
    const context = { includeDeclaration: true };
    const places: Place[] = [];
    await this.eachName(this.document.virtualPosition(cell, position), async (position) => {
      const found = await this.ask<lsp.Location[] | null>('textDocument/references', { position, context }, token);
      for (const location of found ?? []) {
        const place = placeOf(this.document, this.uri, location);
        if (place) places.push(place);
      }
      return (found ?? []).filter(({ uri }) => uri === this.uri).map(({ range }) => range);
    });
    return unique(places);
  }

  /** The range of the name that would be renamed; undefined where there is none. */
  async prepareRename(cell: string, position: Position, token?: CancellationToken): Promise<Range | undefined> {
    type Found = Range | { range: Range } | null;
    const found = await this.askAt<Found>('textDocument/prepareRename', cell, position, token);
    const range = found && this.document.cellRange('range' in found ? found.range : found);
    return range?.cell === cell ? range.range : undefined;
  }

  /** Gives a name another one in all cells and files. */
  async rename(cell: string, position: Position, newName: string, token?: CancellationToken): Promise<Edit[]> {
    const edits: Edit[] = [];
    await this.eachName(this.document.virtualPosition(cell, position), async (position) => {
      const found = await this.ask<lsp.WorkspaceEdit | null>('textDocument/rename', { position, newName }, token);
      const [own, others] = this.editsOf(found);
      edits.push(...others, ...own.flatMap((edit) => editOf(this.document, edit, cell) ?? []));
      return own.map(({ range }) => range);
    });
    return unique(edits);
  }

  /** Where the name at a place stands in the cells, and whether it is read (2) or written (3) there. */
  async highlights(
    cell: string,
    position: Position,
    token?: CancellationToken,
  ): Promise<(CellRange & { kind: lsp.DocumentHighlightKind })[]> {
    const found = await this.askAt<lsp.DocumentHighlight[] | null>(
      'textDocument/documentHighlight',
      cell,
      position,
      token,
    );
    return (found ?? []).flatMap(({ range, kind = 1 }) => {
      const place = this.document.cellRange(range);
      return place ? [{ ...place, kind }] : [];
    });
  }

  /** What a cell declares. */
  async symbols(cell: string): Promise<lsp.DocumentSymbol[]> {
    return (await this.ofAll('textDocument/documentSymbol', symbolsOf)).get(cell) ?? [];
  }

  /** The meaning of the names in a cell. */
  async tokens(cell: string, token?: CancellationToken): Promise<Token[]> {
    const range = this.rangeOf(cell);
    const found = await this.ask<lsp.SemanticTokens | null>('textDocument/semanticTokens/range', { range }, token);
    return found ? tokensOf(this.document, found, cell) : [];
  }

  /** Types and names of parameters that an editor writes between the text. */
  async inlayHints(cell: string, token?: CancellationToken): Promise<lsp.InlayHint[]> {
    const found = await this.ask<lsp.InlayHint[] | null>(
      'textDocument/inlayHint',
      { range: this.rangeOf(cell) },
      token,
    );
    return (found ?? []).flatMap((hint) => {
      const at = this.document.cellRange({ start: hint.position, end: hint.position });
      if (at?.cell !== cell || !at.exact) return [];
      const label =
        typeof hint.label === 'string'
          ? withoutMarks(hint.label)
          : hint.label.map(({ value }) => ({ value: withoutMarks(value) }));
      return [{ ...hint, label, position: at.range.start }];
    });
  }

  /** Lines of a cell that can be folded. It is a file of its own: TypeScript folds no deeper than 40 blocks. */
  async folding(cell: string, token?: CancellationToken): Promise<lsp.FoldingRange[]> {
    const text = this.cells.find(({ id }) => id === cell)?.text;
    if (text === undefined) return [];
    const { answer } = await this.askBeside<lsp.FoldingRange[] | null>(text, 'textDocument/foldingRange', {}, token);
    return (answer ?? [])
      .filter(({ startLine, endLine }) => endLine > startLine)
      .map(({ startLine, endLine, kind }) => ({ startLine, endLine, ...(kind && { kind }) }));
  }

  /** Remedies for what is wrong in a range of a cell, with their edits. */
  async codeActions(
    cell: string,
    range: Range,
    context: lsp.CodeActionContext,
    token?: CancellationToken,
  ): Promise<{ action: lsp.CodeAction; edits: Edit[] }[]> {
    const virtual = {
      start: this.document.virtualPosition(cell, range.start),
      end: this.document.virtualPosition(cell, range.end),
    };
    const found = await this.ask<(lsp.CodeAction | lsp.Command)[] | null>(
      'textDocument/codeAction',
      { range: virtual, context: { ...context, diagnostics: this.virtualDiagnostics(cell, context.diagnostics) } },
      token,
    );
    const actions: { action: lsp.CodeAction; edits: Edit[] }[] = [];
    for (const action of found ?? []) {
      if (!('edit' in action) || !action.edit) continue;
      const [own, edits] = this.editsOf(action.edit);
      const mapped = own.map((edit) => editOf(this.document, edit, cell));
      // A remedy that changes what no cell has is none
      if (mapped.some((edit) => edit === undefined)) continue;
      actions.push({
        action: { ...action, title: withoutMarks(action.title) },
        edits: [...edits, ...(mapped as Edit[])],
      });
    }
    return actions;
  }

  /** The edits that format a cell. It is formatted as a file of its own: in the document it is far to the right. */
  async format(cell: string, options: lsp.FormattingOptions, token?: CancellationToken): Promise<lsp.TextEdit[]> {
    const text = this.cells.find(({ id }) => id === cell)?.text;
    if (text === undefined || this.document.facts(cell)?.error?.fatal) return [];
    const params = { options };
    const { answer } = await this.askBeside<lsp.TextEdit[] | null>(text, 'textDocument/formatting', params, token);
    return answer ?? [];
  }

  /** The edits that organize the imports of a cell. @param kind such as `source.organizeImports` */
  async organizeImports(cell: string, kind: string, token?: CancellationToken): Promise<OffsetEdit[]> {
    const found = await this.diagnostics(token);
    const ask: Ask = async (text, method, params) => {
      const { uri, answer } = await this.askBeside<lsp.CodeAction[] | null>(text, method, params, token);
      return { uri, actions: answer };
    };
    return organizeImports(this.document, { cell, kind, found, ask });
  }

  /** Asks about a text that is no part of the document: one after the other, since they have one address. */
  private askBeside<R>(
    text: string,
    method: string,
    params: object,
    token?: CancellationToken,
  ): Promise<{ uri: string; answer: R }> {
    const { server } = this.language;
    const ask = async () => {
      const uri = `${this.uri}.beside.${this.document.jsx ? 'tsx' : 'ts'}`;
      server.open(uri, this.document.jsx ? 'typescriptreact' : 'typescript', () => text);
      try {
        return { uri, answer: await server.request<R>(method, { textDocument: { uri }, ...params }, token) };
      } finally {
        server.close(uri);
      }
    };
    const asked = this.beside.then(ask);
    this.beside = asked.catch(() => {});
    return asked;
  }

  private rangeOf(cell: string): Range {
    const { start, end } = this.document.bodyOf(cell);
    return { start: this.document.positionAt(start), end: this.document.positionAt(end) };
  }

  private virtualDiagnostics(cell: string, diagnostics: readonly lsp.Diagnostic[]): lsp.Diagnostic[] {
    return diagnostics.map((diagnostic) => ({
      ...diagnostic,
      range: {
        start: this.document.virtualPosition(cell, diagnostic.range.start),
        end: this.document.virtualPosition(cell, diagnostic.range.end),
      },
    }));
  }

  /** The edits of the virtual document, and those of other files. */
  private editsOf(edit: lsp.WorkspaceEdit | null): [own: lsp.TextEdit[], others: Edit[]] {
    const own: lsp.TextEdit[] = [];
    const others: Edit[] = [];
    const add = (uri: string, edits: readonly lsp.TextEdit[]) => {
      if (uri === this.uri) own.push(...edits);
      else others.push(...edits.map(({ range, newText }) => ({ uri, range, newText: withoutMarks(newText) })));
    };
    for (const [uri, edits] of Object.entries(edit?.changes ?? {})) add(uri, edits);
    for (const change of edit?.documentChanges ?? [])
      if ('textDocument' in change) add(change.textDocument.uri, change.edits as lsp.TextEdit[]);
    return [own, others];
  }

  /** Asks about a name, and about those that stand for it in front of cells. @param ask returns ranges of the document */
  private async eachName(position: Position, ask: (position: Position) => Promise<Range[]>): Promise<void> {
    const { document } = this;
    const asked = new Set<number>();
    const waiting = [document.offsetAt(position)];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (asked.has(at)) continue;
      asked.add(at);
      for (const range of await ask(document.positionAt(at))) {
        const alias = aliasAt(document, range);
        if (!alias) continue;
        const offset = document.offsetAt(range.start);
        asked.add(offset);
        waiting.push(offset === alias.own ? alias.above : alias.own);
      }
    }
  }

  private async declared(method: string, position: Position, token?: CancellationToken): Promise<Place[]> {
    type Found = lsp.Location | lsp.Location[] | lsp.LocationLink[] | null;
    const places: Place[] = [];
    await this.eachName(position, async (position) => {
      const found = await this.ask<Found>(method, { position }, token);
      const list = found ? (Array.isArray(found) ? found : [found]) : [];
      const own: Range[] = [];
      for (const at of list) {
        const place = placeOf(this.document, this.uri, at);
        if (place) places.push(place);
        else own.push('targetUri' in at ? at.targetSelectionRange : at.range);
      }
      return own;
    });
    return withoutAdditions(unique(places));
  }

  /**
   * Asks about the whole document, once for all cells: an editor asks for each. It is not canceled, since others wait.
   * @param arrange puts the answer in the order of cells
   */
  private ofAll<R>(
    method: string,
    arrange: (document: VirtualDocument, found: R[]) => Map<string, R[]>,
  ): Promise<Map<string, R[]>> {
    const known = this.answers.get(method) as Promise<Map<string, R[]>> | undefined;
    if (known) return known;
    const asked = this.ask<R[] | null>(method, {}).then((found) => arrange(this.document, found ?? []));
    this.answers.set(method, asked);
    asked.catch(() => this.answers.get(method) === asked && this.answers.delete(method));
    return asked;
  }

  private askAt<R>(method: string, cell: string, position: Position, token?: CancellationToken): Promise<R> {
    return this.ask<R>(method, { position: this.document.virtualPosition(cell, position) }, token);
  }

  private ask<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    return this.language.server.request<R>(method, { textDocument: { uri: this.uri }, ...params }, token);
  }
}

/** Files of TensorFlow.js that each add an operation to the class of tensors: the class is what one wants to see. */
const ADDITIONS = '/dist/public/chained_ops/';

function withoutAdditions(places: Place[]): Place[] {
  const rest = places.filter((place) => 'cell' in place || !place.uri.includes(ADDITIONS));
  // Behind an empty namespace of its name
  return rest.length > 0 && rest.length < places.length ? rest.slice(-1) : places;
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}
