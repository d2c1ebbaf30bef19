// Runs inside the extension host: opens a notebook, types into cells of it as a person does, and measures what VS Code
// answers about them.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../../extension/main.ts';
import type { TestResult } from '../../vscode/mocha.ts';
import { keysOf, linesOf, type Line } from './works.mts';

/** Milliseconds between two keys of a person who types fast. */
const KEY_MS = 80;

/** Samples by what was measured, in milliseconds or megabytes. */
const samples = new Map<string, number[]>();
const add = (name: string, value: number) => void samples.set(name, [...(samples.get(name) ?? []), value]);

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, Math.max(0, ms)));
const execute = <T>(command: string, ...args: unknown[]) =>
  vscode.commands.executeCommand<T>(`vscode.${command}`, ...args);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !holds(); await sleep(5))
    if (Date.now() > end) throw new Error(`${what}: not after a minute`);
}

export async function run(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  // The workbench finishes its start, which uses the same processor
  await sleep(3000);
  const before = process.memoryUsage().rss;
  const from = performance.now();
  const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path.join(folder, 'steps.dlnb')));
  await vscode.window.showNotebookDocument(notebook);
  const shown = performance.now();
  add('a notebook is opened by VS Code', shown - from);
  await firstCompletion(notebook.cellAt(1).document);
  add('the first completion after that', performance.now() - shown);
  for (const line of linesOf(notebook.cellCount)) await typeLine(notebook.cellAt(line.cell).document, line);
  const api = vscode.extensions.getExtension<Api>('dlnb.dlnb')!.exports;
  add('memory of the server', megabytesOf((await api.languageServer())!));
  add('memory added to the extension host', (process.memoryUsage().rss - before) / 1e6);
  const results = [...samples].flatMap(([title, values]) =>
    values.map((ms): TestResult => ({ title, state: 'passed', ms })),
  );
  writeFileSync(process.env['DLNB_TEST_RESULTS']!, JSON.stringify({ results }));
}

const labels = ({ items }: vscode.CompletionList) =>
  items.map(({ label }) => (typeof label === 'string' ? label : label.label));

/** Asks behind the first `tf.` until the answer is right. */
async function firstCompletion(document: vscode.TextDocument): Promise<void> {
  const at = document.positionAt(document.getText().indexOf('tf.') + 3);
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(5)) {
    const found = await execute<vscode.CompletionList>('executeCompletionItemProvider', document.uri, at, '.');
    if (labels(found).includes('matMul')) return;
  }
  throw new Error('no completion of tf');
}

/** Types a line at the end of a cell. */
async function typeLine(document: vscode.TextDocument, line: Line): Promise<void> {
  await insert(document, '\n');
  await sleep(1000);
  const row = document.lineCount - 1;
  for (const [i, { key, completes, pauses }] of keysOf(line.text).entries()) {
    const from = performance.now();
    await insert(document, key);
    const at = new vscode.Position(row, i + 1);
    if (completes) {
      const asked = performance.now();
      const trigger = completes === 'dot' ? '.' : undefined;
      const list = await execute<vscode.CompletionList>('executeCompletionItemProvider', document.uri, at, trigger);
      add('completion', performance.now() - asked);
      const expected = completes === 'dot' ? /^\w+/.exec(line.text.slice(i + 1))![0] : undefined;
      if (expected !== undefined && !labels(list).includes(expected))
        throw new Error(`no ${expected} behind ${line.text.slice(0, i + 1)}`);
    }
    if (pauses)
      for (const character of line.hovers.filter((hover) => hover <= i)) {
        const asked = performance.now();
        await execute('executeHoverProvider', document.uri, new vscode.Position(row, character));
        add('hover', performance.now() - asked);
      }
    await sleep(from + KEY_MS - performance.now());
  }
  await errors(document, row);
}

/** Makes the line an error and mends it, several times. */
async function errors(document: vscode.TextDocument, row: number): Promise<void> {
  const isWrong = () =>
    vscode.languages
      .getDiagnostics(document.uri)
      .some(({ range, message }) => range.start.line === row && message.includes('nowhere'));
  for (let i = 0; i < 3; i++) {
    const end = document.lineAt(row).range.end;
    await insert(document, ' nowhere');
    const typed = performance.now();
    await until('an error', isWrong);
    add('errors shown after the last key', performance.now() - typed);
    const edit = new vscode.WorkspaceEdit();
    edit.delete(document.uri, new vscode.Range(end, document.lineAt(row).range.end));
    await vscode.workspace.applyEdit(edit);
    const mended = performance.now();
    await until('no error', () => !isWrong());
    add('errors gone after the last key', performance.now() - mended);
  }
}

async function insert(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error('the editor has refused an edit');
}

/** The memory of a process that is resident, its program included. */
function megabytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return (Number(kilobytes) * 1024) / 1e6;
}
