// The notebooks that one server knows, and what can be asked about their cells. Places and ranges are those of cells on
// both sides; the virtual documents stay in here.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import type * as lsp from 'vscode-languageserver-protocol';
import { cellDiagnostics, type CellDiagnostic } from './diagnostics.ts';
import { VirtualDocument, type Cell } from './document.ts';
import { projectOf } from './project.ts';
import { CONFIG, LanguageServer, type ServerOptions } from './server.ts';

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

/** One notebook. */
export class NotebookLanguage {
  readonly document = new VirtualDocument();
  private cells: readonly Cell[] = [];
  private file = '';

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
    return cellDiagnostics(document, cells, report.items, uri);
  }

  private ask<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    return this.language.server.request<R>(method, { textDocument: { uri: this.uri }, ...params }, token);
  }
}
