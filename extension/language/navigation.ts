// Hover, definitions, references and renaming, across the cells and into files.
import * as vscode from 'vscode';
import type { Place } from '../../kernel/language/features.ts';
import type { NotebookLanguage } from '../../kernel/language/notebook.ts';
import { log } from '../log.ts';
import { rangeOf } from './convert.ts';
import type { LiveValues } from './live.ts';
import { idOf, type OpenNotebooks } from './notebooks.ts';

/** Types and documentation, and the value as it is now. */
export class Hovers implements vscode.HoverProvider {
  constructor(
    private readonly notebooks: OpenNotebooks,
    private readonly live: LiveValues,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const open = this.notebooks.of(document);
    if (!open) return undefined;
    const [found, value] = await Promise.all([
      open.ask(document, (language, cell) => language.hover(cell, position, token), token),
      this.live.hover(open, document, position),
    ]);
    if (!found && !value) return undefined;
    const range = found?.range?.cell === idOf(document) ? rangeOf(found.range.range) : undefined;
    return new vscode.Hover(
      [...(found ? [new vscode.MarkdownString(found.text)] : []), ...(value ? [value] : [])],
      range,
    );
  }
}

/** Definitions, those of types, and references. */
export class Places implements vscode.DefinitionProvider, vscode.TypeDefinitionProvider, vscode.ReferenceProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  provideDefinition(document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken) {
    return this.find(document, (language, cell) => language.definition(cell, position, token), token);
  }

  provideTypeDefinition(document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken) {
    return this.find(document, (language, cell) => language.typeDefinition(cell, position, token), token);
  }

  async provideReferences(
    document: vscode.TextDocument,
    position: vscode.Position,
    _: vscode.ReferenceContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.Location[] | undefined> {
    return this.find(document, (language, cell) => language.references(cell, position, token), token);
  }

  private async find(
    document: vscode.TextDocument,
    question: (language: NotebookLanguage, cell: string) => Promise<Place[]>,
    token: vscode.CancellationToken,
  ): Promise<vscode.Location[] | undefined> {
    const places = await this.notebooks.of(document)?.ask(document, question, token);
    return places?.flatMap((place) => this.notebooks.locate(place) ?? []);
  }
}

/** What VS Code draws in several documents at once. Its declarations know of it among the proposals only. */
interface HighlightsOfMany {
  uri: vscode.Uri;
  highlights: vscode.DocumentHighlight[];
}
interface HighlighterOfMany {
  provideMultiDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    others: vscode.TextDocument[],
    token: vscode.CancellationToken,
  ): Promise<HighlightsOfMany[] | undefined>;
}

/** The uses of the name at the caret, in all cells. */
export class Highlights implements vscode.DocumentHighlightProvider, HighlighterOfMany {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentHighlight[] | undefined> {
    const found = await this.find(document, position, token);
    return found && (found.get(idOf(document)) ?? []);
  }

  async provideMultiDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    _: vscode.TextDocument[],
    token: vscode.CancellationToken,
  ): Promise<HighlightsOfMany[] | undefined> {
    const found = await this.find(document, position, token);
    return found && [...found].map(([cell, highlights]) => ({ uri: vscode.Uri.parse(cell, true), highlights }));
  }

  /** By cells. */
  private async find(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<Map<string, vscode.DocumentHighlight[]> | undefined> {
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.highlights(cell, position, token), token);
    if (!found) return undefined;
    const cells = new Map<string, vscode.DocumentHighlight[]>();
    for (const { cell, range, kind } of found) {
      const highlight = new vscode.DocumentHighlight(rangeOf(range), kind - 1);
      const list = cells.get(cell);
      if (list) list.push(highlight);
      else cells.set(cell, [highlight]);
    }
    return cells;
  }
}

/**
 * Registers highlights. In a notebook VS Code asks those that highlight several documents, and takes the first answer:
 * without ours that of its own TypeScript, which has none for cells.
 */
export function registerHighlights(selector: vscode.DocumentSelector, highlights: Highlights): vscode.Disposable {
  const languages = vscode.languages as typeof vscode.languages & {
    registerMultiDocumentHighlightProvider?: (
      selector: vscode.DocumentSelector,
      provider: HighlighterOfMany,
    ) => vscode.Disposable;
  };
  const registered = [languages.registerDocumentHighlightProvider(selector, highlights)];
  try {
    const many = languages.registerMultiDocumentHighlightProvider?.(selector, highlights);
    if (many) registered.push(many);
  } catch (e) {
    log().debug(`This version of VS Code highlights no names in cells: ${(e as Error).message}`);
  }
  return vscode.Disposable.from(...registered);
}

const REFUSED = 'You cannot rename this element.';
const ELSEWHERE = 'You cannot rename this element: it is declared in the types of a package.';

/** Renames in all cells, and in the files that cells import. */
export class Renames implements vscode.RenameProvider {
  /** @param types the folder of our own types, which are not the user's */
  constructor(
    private readonly notebooks: OpenNotebooks,
    private readonly types: string,
  ) {}

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Range> {
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.prepareRename(cell, position, token), token);
    if (!found) throw new Error(REFUSED);
    const range = rangeOf(found);
    await this.provideRenameEdits(document, position, document.getText(range), token);
    return range;
  }

  /** @throws Error where something would be renamed that is not the user's */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
    token: vscode.CancellationToken,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const edits = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.rename(cell, position, newName, token), token);
    for (const edit of edits ?? []) {
      if ('cell' in edit) continue;
      const { fsPath } = vscode.Uri.parse(edit.uri, true);
      if (fsPath.startsWith(this.types) || /[/\\]node_modules[/\\]/.test(fsPath)) throw new Error(ELSEWHERE);
    }
    return edits && this.notebooks.editOf(edits);
  }
}

/** Types and names of parameters between the code, as the user's settings say. */
export class Hints implements vscode.InlayHintsProvider {
  constructor(
    private readonly notebooks: OpenNotebooks,
    readonly onDidChangeInlayHints: vscode.Event<void>,
  ) {}

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[] | undefined> {
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.inlayHints(cell, token), token);
    return found?.flatMap(({ position, label, kind, paddingLeft, paddingRight }) => {
      const at = new vscode.Position(position.line, position.character);
      if (!range.contains(at)) return [];
      const text = typeof label === 'string' ? label : label.map(({ value }) => value).join('');
      const hint = new vscode.InlayHint(at, text, kind);
      hint.paddingLeft = paddingLeft ?? false;
      hint.paddingRight = paddingRight ?? false;
      return hint;
    });
  }
}
