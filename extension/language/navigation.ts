// Hover, definitions, references and renaming, across the cells and into files.
import * as vscode from 'vscode';
import type { Place } from '../../kernel/language/features.ts';
import type { NotebookLanguage } from '../../kernel/language/notebook.ts';
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

export class Highlights implements vscode.DocumentHighlightProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentHighlight[] | undefined> {
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.highlights(cell, position, token), token);
    return found
      ?.filter(({ cell }) => cell === idOf(document))
      .map(({ range, kind }) => new vscode.DocumentHighlight(rangeOf(range), kind - 1));
  }
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
