// What the text of a cell consists of: its symbols, what can be folded, and the meaning of its names as colors.
import type * as lsp from 'vscode-languageserver-protocol';
import * as vscode from 'vscode';
import { rangeOf } from './convert.ts';
import type { OpenNotebooks } from './notebooks.ts';

export class Symbols implements vscode.DocumentSymbolProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideDocumentSymbols(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentSymbol[] | undefined> {
    const found = await this.notebooks.of(document)?.ask(document, (language, cell) => language.symbols(cell), token);
    return found?.flatMap(symbolOf);
  }
}

function symbolOf({
  name,
  detail,
  kind,
  range,
  selectionRange,
  children,
}: lsp.DocumentSymbol): vscode.DocumentSymbol[] {
  const [whole, own] = [rangeOf(range), rangeOf(selectionRange)];
  if (!whole.contains(own)) return [];
  const symbol = new vscode.DocumentSymbol(name || '<unknown>', detail ?? '', kind - 1, whole, own);
  symbol.children = (children ?? []).flatMap(symbolOf);
  return [symbol];
}

const KINDS: Record<string, vscode.FoldingRangeKind> = {
  imports: vscode.FoldingRangeKind.Imports,
  comment: vscode.FoldingRangeKind.Comment,
  region: vscode.FoldingRangeKind.Region,
};

export class Folding implements vscode.FoldingRangeProvider {
  constructor(private readonly notebooks: OpenNotebooks) {}

  async provideFoldingRanges(
    document: vscode.TextDocument,
    _: vscode.FoldingContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.FoldingRange[] | undefined> {
    const found = await this.notebooks
      .of(document)
      ?.ask(document, (language, cell) => language.folding(cell, token), token);
    return found?.map(
      ({ startLine, endLine, kind }) =>
        new vscode.FoldingRange(startLine, endLine, kind === undefined ? undefined : KINDS[kind]),
    );
  }
}

const TYPES = [
  ...['namespace', 'class', 'enum', 'interface', 'struct', 'typeParameter', 'type', 'parameter', 'variable'],
  ...['property', 'enumMember', 'decorator', 'event', 'function', 'method', 'macro', 'label', 'comment'],
  ...['string', 'keyword', 'number', 'regexp', 'operator'],
];
const MODIFIERS = [
  ...['declaration', 'definition', 'readonly', 'static', 'deprecated', 'abstract', 'async', 'modification'],
  ...['documentation', 'defaultLibrary', 'local'],
];
export const legend = new vscode.SemanticTokensLegend(TYPES, MODIFIERS);

export class Colors implements vscode.DocumentSemanticTokensProvider {
  constructor(
    private readonly notebooks: OpenNotebooks,
    /** How the server numbers types and modifiers. */
    private readonly theirs: () => Promise<lsp.SemanticTokensLegend | undefined>,
    readonly onDidChangeSemanticTokens: vscode.Event<void>,
  ) {}

  async provideDocumentSemanticTokens(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.SemanticTokens | undefined> {
    const open = this.notebooks.of(document);
    if (!open) return undefined;
    const [theirs, found] = await Promise.all([
      this.theirs().catch(() => undefined),
      open.ask(document, (language, cell) => language.tokens(cell, token), token),
    ]);
    // Without an answer VS Code would take the colors away; it keeps them at an error, and does not report this one
    if (!theirs || !found) throw new Error('busy');
    const builder = new vscode.SemanticTokensBuilder(legend);
    let last: vscode.Position | undefined;
    for (const { range, type, modifiers } of found) {
      const own = rangeOf(range);
      const name = theirs.tokenTypes[type];
      // A name that is written twice in the virtual document comes once
      if (name === undefined || !TYPES.includes(name) || !own.isSingleLine || last?.isAfter(own.start)) continue;
      last = own.end;
      const names = theirs.tokenModifiers.filter((modifier, i) => modifiers & (1 << i) && MODIFIERS.includes(modifier));
      builder.push(own, name, names);
    }
    return builder.build();
  }
}
