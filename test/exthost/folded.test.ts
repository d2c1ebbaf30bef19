// Folded inputs: opening collapses them without a change to the document, and two commands write the key.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { parseNotebook, printNotebook } from '../../kernel/notebook/format/index.ts';
import { closeAll, open, save, sleep, until, workspaceFolder } from './helpers.ts';

const text = printNotebook({
  dlnb: 1,
  metadata: {},
  cells: [
    { id: 'folded01', kind: 'code', language: 'typescript', folded: true, source: '// a helper', outputs: [] },
    { id: 'marked01', kind: 'markdown', source: '# Text' },
    { id: 'plain001', kind: 'code', language: 'typescript', covers: ['0.3'], source: '1', outputs: [] },
  ],
});

describe('folded inputs', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(workspaceFolder(), 'folded-'));
    file = path.join(folder, 'n.dlnb');
    fs.writeFileSync(file, text);
  });
  afterEach(async () => {
    await closeAll();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const saved = () => parseNotebook(fs.readFileSync(file, 'utf8')).cells.map(({ folded }) => folded);

  it('leave the document unchanged when it opens', async () => {
    const notebook = await open(file);
    await sleep(500);
    assert.equal(notebook.isDirty, false);
    assert.deepEqual(notebook.cellAt(0).metadata, { id: 'folded01', folded: true });
    assert.deepEqual(notebook.cellAt(2).metadata, { id: 'plain001', covers: ['0.3'] });
  });

  it('are written by the commands of a cell’s menu, and the file is as before when both have run', async () => {
    const notebook = await open(file);
    await vscode.commands.executeCommand('dlnb.foldInput', notebook.cellAt(2));
    await vscode.commands.executeCommand('dlnb.foldInput', notebook.cellAt(1));
    await save(notebook);
    assert.deepEqual(saved(), [true, undefined, true]);
    await vscode.commands.executeCommand('dlnb.unfoldInput', notebook.cellAt(2));
    await save(notebook);
    assert.equal(fs.readFileSync(file, 'utf8'), text);
  });

  it('are written for all selected cells by the palette, and the edit can be undone', async () => {
    const notebook = await open(file);
    vscode.window.activeNotebookEditor!.selections = [new vscode.NotebookRange(0, 3)];
    await until('the selection', () => vscode.window.activeNotebookEditor!.selection.end === 3);
    await vscode.commands.executeCommand('dlnb.unfoldInput');
    await save(notebook);
    assert.deepEqual(saved(), [undefined, undefined, undefined]);
    await vscode.commands.executeCommand('notebook.focusTop');
    await vscode.commands.executeCommand('undo');
    await until('the undone edit', () => 'folded' in notebook.cellAt(0).metadata);
  });

  it('do nothing to a cell that is folded already', async () => {
    const notebook = await open(file);
    await vscode.commands.executeCommand('dlnb.foldInput', notebook.cellAt(0));
    assert.equal(notebook.isDirty, false);
  });
});
