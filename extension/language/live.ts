// What names hold now, from the kernel that runs: for hovers and completion. It never waits for a kernel for long.
import * as vscode from 'vscode';
import { liveKeys, liveNameAt, liveText, liveValueBefore } from '../../kernel/language/service.ts';
import type { LiveKey } from '../../kernel/language/live.ts';
import type { InspectAnswer, InspectAsk, Inspected } from '../../kernel/host/client/index.ts';
import type { OpenNotebook } from './notebooks.ts';

/** A kernel that runs and may have values. */
export interface LiveKernel {
  inspect(ask: InspectAsk): Promise<InspectAnswer | { reason: string }> | undefined;
}
/** The kernel of a notebook, if one has run a cell. */
export type KernelOf = (notebook: vscode.NotebookDocument) => LiveKernel | undefined;

/** A hover may wait longer than a list that opens while somebody types. */
const HOVER_MS = 400;
const COMPLETION_MS = 150;

export class LiveValues {
  constructor(private readonly kernelOf: KernelOf) {}

  /** What a hover says of the value at a place. */
  async hover(
    open: OpenNotebook,
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.MarkdownString | undefined> {
    const facts = open.facts(document);
    const name = facts && liveNameAt(document.getText(), facts, document.offsetAt(position));
    const value = name && (await this.value(open, { names: [name] }, HOVER_MS));
    const told = value && liveText(value);
    return told === undefined || told === '' ? undefined : new vscode.MarkdownString(told);
  }

  /** The keys of the object in front of the dot or the bracket that is typed. @param offered what is offered without them */
  async keys(
    open: OpenNotebook,
    { document, position }: { document: vscode.TextDocument; position: vscode.Position },
    offered: () => Promise<ReadonlySet<string>>,
  ): Promise<vscode.CompletionItem[]> {
    if (!this.kernelOf(open.notebook)) return [];
    const before = liveValueBefore(document.getText(), document.languageId, document.offsetAt(position));
    if (!before) return [];
    const { name, start, isQuoted } = before;
    const [value, known] = await Promise.all([
      this.value(open, { names: [name], keys: true }, COMPLETION_MS),
      offered(),
    ]);
    if (!value) return [];
    return liveKeys(value, known)
      .filter(({ kind, written }) => !isQuoted || (kind === 'value' && /^[.[]/.test(written)))
      .map((key) => itemOf(key, { document, position, start, isQuoted }));
  }

  private async value(open: OpenNotebook, ask: InspectAsk, ms: number): Promise<Inspected | undefined> {
    const asked = this.kernelOf(open.notebook)?.inspect(ask);
    if (!asked) return undefined;
    const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), ms));
    const answer = await Promise.race([asked.catch(() => undefined), late]);
    return answer && 'values' in answer ? (answer.values[0] ?? undefined) : undefined;
  }
}

interface Place {
  document: vscode.TextDocument;
  position: vscode.Position;
  /** Of the dot or the bracket. */
  start: number;
  isQuoted: boolean;
}

function itemOf({ key, kind, text, written }: LiveKey, place: Place): vscode.CompletionItem {
  const { document, position, start, isQuoted } = place;
  const { Field, Method } = vscode.CompletionItemKind;
  const description = kind === 'column' ? 'column, now' : 'now';
  const item = new vscode.CompletionItem({ label: key, description }, kind === 'function' ? Method : Field);
  item.detail = kind === 'function' || kind === 'accessor' ? kind : text;
  // Behind what the type has
  item.sortText = `12${key}`;
  const typed = document.getText(new vscode.Range(document.positionAt(start), position));
  if (isQuoted) {
    const quote = /['"]/.exec(typed)!;
    item.insertText = key.replaceAll(/[\\\n'"]/g, (c) => JSON.stringify(c).slice(1, -1));
    item.range = new vscode.Range(document.positionAt(start + quote.index + 1), position);
  } else if (written.startsWith('[')) {
    item.insertText = written;
    // The brackets take the place of the dot. The list is searched by the word behind it, so it is an edit of its own
    const dot = document.positionAt(start);
    if (!typed.startsWith('?.'))
      item.additionalTextEdits = [vscode.TextEdit.delete(new vscode.Range(dot, dot.translate(0, 1)))];
  } else item.insertText = written.slice(1);
  return item;
}
