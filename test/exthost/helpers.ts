// What the tests in the extension host share: notebooks in the workspace, running cells and reading what is under them.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { newCellId, printNotebook, type Output } from '../../kernel/notebook/format/index.ts';

export const EXTENSION = 'dlnb.dlnb';

export const workspaceFolder = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

export interface TestCell {
  code: string;
  kind?: 'code' | 'markdown';
  language?: string;
  outputs?: Output[];
}

/** Writes a notebook into a folder of its own and returns its path. A text is a TypeScript cell. */
export function writeNotebook(cells: (string | TestCell)[], files: Record<string, string> = {}): string {
  const dir = fs.mkdtempSync(path.join(workspaceFolder(), 'test-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  const taken = new Set<string>();
  const made = cells.map((cell) => {
    const {
      code,
      kind = 'code',
      language = 'typescript',
      outputs = [],
    } = typeof cell === 'string' ? { code: cell } : cell;
    const id = newCellId(taken);
    taken.add(id);
    return kind === 'code' ? { id, kind, language, source: code, outputs } : { id, kind, source: code };
  });
  const file = path.join(dir, 'notebook.dlnb');
  fs.writeFileSync(file, printNotebook({ dlnb: 1, metadata: {}, cells: made }));
  return file;
}

/** Opens a notebook as the Explorer does: the editor alone holds it, and closing the editor closes it. */
export async function open(file: string): Promise<vscode.NotebookDocument> {
  const uri = vscode.Uri.file(file);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'dlnb');
  return until(`the editor of ${file}`, () => {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    return notebook?.uri.toString() === uri.toString() && notebook;
  });
}

/** A new notebook with these cells, open in the editor. */
export const notebookWith = (
  cells: (string | TestCell)[],
  files?: Record<string, string>,
): Promise<vscode.NotebookDocument> => open(writeNotebook(cells, files));

/** Waits until a condition holds. @throws after `ms`, with what was waited for. */
export async function until<T>(what: string, condition: () => T | undefined | false, ms = 60_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`${what}: not after ${ms} ms`);
    await sleep(10);
  }
}

/**
 * Saves a notebook. VS Code's `save` gives false where the document has changed meanwhile, as when the end of a run
 * reaches the editor after it has reached the extension.
 */
export async function save(notebook: vscode.NotebookDocument, ms = 60_000): Promise<void> {
  for (const end = Date.now() + ms; !(await notebook.save()) || notebook.isDirty; await sleep(20))
    if (Date.now() > end) throw new Error(`the notebook is not saved after ${ms} ms`);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts cells without waiting for their end. */
export function start(notebook: vscode.NotebookDocument, from: number, to = from + 1): Promise<void> {
  return Promise.resolve(
    vscode.commands.executeCommand<void>('notebook.cell.execute', {
      ranges: [{ start: from, end: to }],
      document: notebook.uri,
    }),
  );
}

/** Runs one cell and waits until the editor shows its end. */
export async function run(notebook: vscode.NotebookDocument, index: number): Promise<vscode.NotebookCell> {
  const cell = notebook.cellAt(index);
  const before = cell.executionSummary?.timing?.endTime;
  await start(notebook, index);
  await ended(cell, before);
  return cell;
}

/** Waits for the end of a run that is later than `before`. */
export async function ended(cell: vscode.NotebookCell, before?: number, ms?: number): Promise<void> {
  await until(
    `the end of cell ${cell.index + 1}`,
    () => cell.executionSummary?.success !== undefined && cell.executionSummary.timing?.endTime !== before,
    ms,
  );
}

const decoder = new TextDecoder();

/** The text under a cell; of each output the first text item, of errors the message. */
export function text(cell: vscode.NotebookCell): string {
  return outputs(cell).join('');
}

/** The text of each output of a cell. */
export function outputs(cell: vscode.NotebookCell): string[] {
  return cell.outputs.map(({ items }) => {
    const error = items.find((i) => i.mime === 'application/vnd.code.notebook.error');
    if (error) {
      const { name, message } = JSON.parse(decoder.decode(error.data)) as { name: string; message: string };
      return `${name}: ${message}`;
    }
    return items
      .filter((i) => /^text\/plain$|stdout$|stderr$/.test(i.mime))
      .map((i) => decoder.decode(i.data))
      .join('');
  });
}

/** Runs a cell and returns the text under it; the run has to succeed. */
export async function value(notebook: vscode.NotebookDocument, index: number): Promise<string> {
  const cell = await run(notebook, index);
  assert.equal(cell.executionSummary?.success, true, text(cell));
  return text(cell);
}

/** Puts a cell at the end of the notebook. */
export async function addCell(notebook: vscode.NotebookDocument, code: string): Promise<number> {
  const index = notebook.cellCount;
  const data = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, 'typescript');
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(index, [data])]);
  assert.ok(await vscode.workspace.applyEdit(edit));
  return index;
}

export async function setSetting(name: string, setting: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('dlnb').update(name, setting, vscode.ConfigurationTarget.Global);
}

/** Closes all editors; changes in untitled notebooks and failed saves are dropped. */
export async function closeAll(): Promise<void> {
  await vscode.workspace.saveAll(false);
  while (vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0)) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
}
