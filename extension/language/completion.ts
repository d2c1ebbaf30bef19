// Completion with snippets, and signatures. An import that a chosen item needs goes to the cell with the imports.
import type * as lsp from 'vscode-languageserver-protocol';
import * as vscode from 'vscode';
import type { Edit } from '../../kernel/language/features.ts';
import type { ResolvedItem } from '../../kernel/language/notebook.ts';
import { snippetText } from '../../kernel/language/service.ts';
import type { OfferedSnippet } from '../../kernel/language/snippets.ts';
import { markdownOf, rangeOf } from './convert.ts';
import type { LiveValues } from './live.ts';
import { idOf, type OpenNotebook, type OpenNotebooks } from './notebooks.ts';

/** As in VS Code's own TypeScript. */
export const COMPLETION_TRIGGERS = ['.', '"', "'", '`', '/', '@', '<', '#', ' '];
export const SIGNATURE_TRIGGERS: vscode.SignatureHelpProviderMetadata = {
  triggerCharacters: ['(', ',', '<'],
  retriggerCharacters: [')'],
};

/** The command that adds the import of an item that was chosen. Not in the palette. */
const IMPORT_COMMAND = 'dlnb.addImportOfCompletion';

/** An item, with what is needed to ask for the rest of it. */
class Item extends vscode.CompletionItem {
  private resolved: Promise<ResolvedItem | undefined> | undefined;

  constructor(
    private readonly item: lsp.CompletionItem,
    private readonly open: OpenNotebook,
    private readonly cell: vscode.TextDocument,
  ) {
    const { label, labelDetails, kind = 1 } = item;
    super(labelDetails ? { label, ...labelDetails } : label, kind - 1);
  }

  /** The whole item, asked for until there is an answer. */
  async whole(): Promise<ResolvedItem | undefined> {
    this.resolved ??= this.open.ask(
      this.cell,
      (language, cell) => language.resolve(cell, this.item),
      undefined,
      // It is asked for when the item is in the text already
      true,
    );
    const whole = await this.resolved;
    if (!whole) this.resolved = undefined;
    return whole;
  }
}

/** A snippet. Imports that it needs in other cells are added when it is chosen. */
class SnippetItem extends vscode.CompletionItem {
  constructor(
    private readonly snippet: OfferedSnippet,
    private readonly open: OpenNotebook,
    private readonly cell: vscode.TextDocument,
    position: vscode.Position,
  ) {
    const { label, body, about, filter, start, before, imports } = snippet;
    super({ label, description: 'snippet' }, vscode.CompletionItemKind.Snippet);
    this.insertText = new vscode.SnippetString(body);
    this.documentation = new vscode.MarkdownString(`${about}\n`).appendCodeblock(snippetText(body), 'typescript');
    this.filterText = filter;
    this.range = new vscode.Range(cell.positionAt(start), position);
    // Behind the names of the cells and the members of the object
    this.sortText = `15${label}`;
    const own = this.edits()
      .filter((edit) => 'cell' in edit && edit.cell === idOf(cell))
      .map(({ range, newText }) => new vscode.TextEdit(rangeOf(range), newText));
    const ahead = before ? [vscode.TextEdit.insert(cell.positionAt(before.at), before.text)] : [];
    this.additionalTextEdits = [...own, ...ahead];
    if (own.length < imports.length) this.command = { command: IMPORT_COMMAND, title: 'Add Import', arguments: [this] };
  }

  private edits(): Edit[] {
    return this.open.importsOf(this.cell, this.snippet.imports);
  }

  get elsewhere(): Edit[] {
    return this.edits().filter((edit) => !('cell' in edit) || edit.cell !== idOf(this.cell));
  }
}

export class Completion implements vscode.CompletionItemProvider<vscode.CompletionItem> {
  constructor(
    private readonly notebooks: OpenNotebooks,
    private readonly live: LiveValues,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerKind, triggerCharacter }: vscode.CompletionContext,
  ): Promise<vscode.CompletionList | undefined> {
    const open = this.notebooks.of(document);
    const before = document.lineAt(position).text.slice(0, position.character);
    // A blank is of use behind such words alone
    if (triggerCharacter === ' ' && !/\b(import|from)\s$/.test(before)) return undefined;
    const context = { triggerKind: triggerKind + 1, ...(triggerCharacter && { triggerCharacter }) } as const;
    if (!open) return undefined;
    const asked = open.ask(
      document,
      (language, cell) => language.completion(cell, position, context as lsp.CompletionContext, token),
      token,
      true,
    );
    const labels = async () => new Set((await asked)?.items.map(({ label }) => label));
    // Read before the answer comes: more may be typed by then
    const isAsked = triggerKind === vscode.CompletionTriggerKind.Invoke;
    const snippets = open.snippets(document, position, isAsked);
    const [found, live] = await Promise.all([asked, this.live.keys(open, { document, position }, labels)]);
    const known = await labels();
    const fitting = snippets
      .filter(({ members }) => members.every((member) => known.has(member)))
      .map((snippet) => new SnippetItem(snippet, open, document, position));
    if (!found && live.length + fitting.length === 0) return undefined;
    const { items: all, itemDefaults, isIncomplete } = found ?? { items: [], itemDefaults: {}, isIncomplete: false };
    // Node's modules by their full names: `node:fs`, and not `fs` as well
    const full = new Set(all.map(({ label, labelDetails }) => `${label} ${labelDetails?.description ?? ''}`));
    const items = all.filter(
      ({ label, labelDetails }) => !full.has(`${label} node:${labelDetails?.description ?? ''}`),
    );
    return new vscode.CompletionList(
      [
        ...items.map((item) => itemOf(item, itemDefaults, new Item(withData(item, itemDefaults), open, document))),
        ...live,
        ...fitting,
      ],
      isIncomplete,
    );
  }

  async resolveCompletionItem(item: vscode.CompletionItem): Promise<vscode.CompletionItem> {
    const whole = item instanceof Item ? await item.whole() : undefined;
    if (!whole) return item;
    if (whole.detail !== undefined) item.detail = whole.detail;
    const docs = markdownOf(whole.documentation);
    if (docs) item.documentation = docs;
    // VS Code makes the edits of the cell that is typed in, with the insertion
    const own = whole.additionalTextEdits;
    if (own) item.additionalTextEdits = own.map(({ range, newText }) => new vscode.TextEdit(rangeOf(range), newText));
    return item;
  }
}

type Defaults = lsp.CompletionList['itemDefaults'];

const withData = (item: lsp.CompletionItem, defaults: Defaults): lsp.CompletionItem =>
  item.data === undefined && defaults?.data !== undefined ? { ...item, data: defaults.data as unknown } : item;

function itemOf(item: lsp.CompletionItem, defaults: Defaults, result: Item): Item {
  const edit = item.textEdit ?? (defaults?.editRange && withRange(item, defaults.editRange));
  const text = edit?.newText ?? item.insertText ?? item.label;
  const isSnippet = (item.insertTextFormat ?? defaults?.insertTextFormat) === 2;
  result.insertText = isSnippet ? new vscode.SnippetString(text) : text;
  if (edit)
    result.range =
      'range' in edit ? rangeOf(edit.range) : { inserting: rangeOf(edit.insert), replacing: rangeOf(edit.replace) };
  if (item.sortText !== undefined) result.sortText = item.sortText;
  if (item.filterText !== undefined) result.filterText = item.filterText;
  if (item.preselect) result.preselect = true;
  if (item.tags?.includes(1)) result.tags = [vscode.CompletionItemTag.Deprecated];
  if (item.detail !== undefined) result.detail = item.detail;
  const commit = item.commitCharacters ?? defaults?.commitCharacters;
  if (commit) result.commitCharacters = commit;
  // The import may stand in another cell
  if ((item.data as { autoImport?: unknown } | undefined)?.autoImport)
    result.command = { command: IMPORT_COMMAND, title: 'Add Import', arguments: [result] };
  return result;
}

type EditRange = NonNullable<NonNullable<Defaults>['editRange']>;
const withRange = (
  { label, textEditText }: lsp.CompletionItem,
  range: EditRange,
): lsp.TextEdit | lsp.InsertReplaceEdit => {
  const newText = textEditText ?? label;
  return 'insert' in range ? { newText, ...range } : { newText, range };
};

/** Registers the command that adds imports to other cells than the one that is typed in. */
export const importCommand = (notebooks: OpenNotebooks): vscode.Disposable =>
  vscode.commands.registerCommand(IMPORT_COMMAND, async (item: unknown) => {
    const { elsewhere } = item instanceof SnippetItem ? item : (item instanceof Item && (await item.whole())) || none;
    if (elsewhere.length > 0) await vscode.workspace.applyEdit(notebooks.editOf(elsewhere));
  });

const none: { elsewhere: Edit[] } = { elsewhere: [] };

/** The parameters of the function that is being called. */
export class Signatures implements vscode.SignatureHelpProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideSignatureHelp(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerKind, triggerCharacter, isRetrigger }: vscode.SignatureHelpContext,
  ): Promise<vscode.SignatureHelp | undefined> {
    const context: lsp.SignatureHelpContext = {
      triggerKind,
      isRetrigger,
      ...(triggerCharacter && { triggerCharacter }),
    };
    const answer = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.signatureHelp(cell, position, context, token), token);
    if (!answer) return undefined;
    const help = new vscode.SignatureHelp();
    help.activeSignature = answer.activeSignature ?? 0;
    help.activeParameter = answer.activeParameter ?? 0;
    help.signatures = answer.signatures.map(({ label, documentation, parameters, activeParameter }) => {
      const signature = new vscode.SignatureInformation(label, markdownOf(documentation));
      signature.parameters = (parameters ?? []).map(
        (parameter) => new vscode.ParameterInformation(parameter.label, markdownOf(parameter.documentation)),
      );
      if (typeof activeParameter === 'number') signature.activeParameter = activeParameter;
      return signature;
    });
    return help;
  }
}
