// Notebooks as documents: bytes, ids, errors in files, untitled ones, renames, newer versions, samples, export.
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { PICTURE, PICTURED } from '../../kernel/wire/picture.ts';
import { printNotebook } from '../../kernel/notebook/format/index.ts';
import {
  addCell,
  closeAll,
  ended,
  EXTENSION,
  notebookWith,
  open,
  run,
  save,
  text,
  until,
  value,
  workspaceFolder,
  writeNotebook,
} from './helpers.ts';

const bytes = (file: string) => fs.readFileSync(file, 'utf8');
const id = (cell: vscode.NotebookCell) => (cell.metadata as { id?: string }).id;

/** Marks the notebook as changed and saves it with the same content. */
async function touchAndSave(notebook: vscode.NotebookDocument): Promise<void> {
  const index = await addCell(notebook, 'x');
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(index, index + 1))]);
  await vscode.workspace.applyEdit(edit);
  await save(notebook);
}

describe('files', () => {
  afterEach(closeAll);

  it('have the same bytes when they are saved unchanged, with all that is unknown in them', async () => {
    const file = writeNotebook([]);
    const extra = { tags: ['a'], deep: { n: [1, 2] } };
    const notebook = printNotebook({
      dlnb: 1,
      metadata: { title: 't', nested: { a: null } },
      extra: { future: true },
      cells: [
        { id: 'mark0001', kind: 'markdown', source: '# Title\n\ntext', extra },
        {
          id: 'code0001',
          kind: 'code',
          language: 'typescript',
          source: 'const a = 1;\n\na',
          extra,
          outputs: [
            { items: [{ mime: 'application/vnd.code.notebook.stdout', text: 'a\nb\n' }] },
            {
              items: [
                { mime: 'text/plain', text: '1', extra: { u: 1 } },
                { mime: 'image/png', base64: 'iVBORw0KGgo=' },
              ],
              extra: { w: 'x' },
            },
            { items: [{ mime: 'application/json', json: { b: 1, a: [true, null] } }] },
            { items: [{ mime: 'text/plain', base64: '/w==' }] },
            {
              items: [
                { mime: 'text/plain', text: '1' },
                { mime: 'text/plain', text: '2' },
              ],
            },
            { items: [{ mime: 'not a type', text: 'x' }] },
            { items: [] },
          ],
        },
        { id: 'code0002', kind: 'code', language: 'python', source: '', outputs: [] },
      ],
    });
    fs.writeFileSync(file, notebook);
    const document = await open(file);
    await touchAndSave(document);
    await until('saved', () => !document.isDirty);
    assert.equal(bytes(file), notebook);
  });

  it('are the same after a deterministic notebook is run twice', async () => {
    const notebook = await notebookWith([
      'console.log("a");\nconsole.log("b");\n1 + 1',
      'display("p", { id: "q" });',
      'throw new Error("x")',
    ]);
    const once = async () => {
      for (let i = 0; i < 3; i++) await run(notebook, i);
      await notebook.save();
      return bytes(notebook.uri.fsPath);
    };
    const first = await once();
    assert.match(first, /"text": "a\\nb\\n"/);
    assert.doesNotMatch(first, /executionOrder|startTime|o\d+"|\/test-/);
    assert.equal(await once(), first);
  });

  it('are the same as the command line writes', async function () {
    this.timeout(180_000);
    const extension = vscode.extensions.getExtension(EXTENSION)!.extensionPath;
    const file = writeNotebook([]);
    fs.copyFileSync(path.join(extension, 'samples/perceptron.dlnb'), file);
    const out = `${file}.cli.dlnb`;
    await promisify(execFile)('node', [path.join(extension, 'dist/cli.js'), 'run', file, '--out', out]);
    const notebook = await open(file);
    await vscode.commands.executeCommand('notebook.execute');
    const last = notebook.getCells().findLast((c) => c.kind === vscode.NotebookCellKind.Code)!;
    await ended(last, undefined, 120_000);
    // Pictures may come a little after the end of their cells
    const hasPictures = () =>
      notebook
        .getCells()
        .flatMap((c) => c.outputs)
        .every(({ items }) => !items.some((i) => PICTURED.has(i.mime)) || items.some((i) => i.mime === PICTURE));
    for (let i = 0; i < 300 && !hasPictures(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    await save(notebook);
    assert.equal(bytes(file), bytes(out));
  });

  it('that do not parse are not opened, with line and column in the error, and stay as they are', async () => {
    const file = writeNotebook(['1']);
    const broken = bytes(file).replace('"cells": [', '"cells": [,');
    fs.writeFileSync(file, broken);
    await assert.rejects(
      Promise.resolve(vscode.workspace.openNotebookDocument(vscode.Uri.file(file))),
      /line 4, column 13/,
    );
    assert.equal(bytes(file), broken);
  });

  it('with merge-conflict markers say so', async () => {
    const file = writeNotebook(['1']);
    fs.writeFileSync(file, bytes(file).replace('  "cells": [', '<<<<<<< HEAD\n  "cells": ['));
    await assert.rejects(
      Promise.resolve(vscode.workspace.openNotebookDocument(vscode.Uri.file(file))),
      /merge-conflict marker/,
    );
  });

  it('that are empty open as a notebook without cells', async () => {
    const file = path.join(workspaceFolder(), 'empty.dlnb');
    fs.writeFileSync(file, '');
    assert.equal((await open(file)).cellCount, 0);
  });

  it('of a newer version are shown, not run and not overwritten', async () => {
    const file = writeNotebook(['1 + 1']);
    const newer = bytes(file).replace('"dlnb": 1', '"dlnb": 2');
    fs.writeFileSync(file, newer);
    const notebook = await open(file);
    assert.equal(notebook.cellAt(0).document.getText(), '1 + 1');
    await run(notebook, 0);
    assert.match(text(notebook.cellAt(0)), /newer than the version 1/);
    await Promise.resolve(notebook.save()).catch(() => false);
    assert.equal(bytes(file), newer);
  });
});

describe('cell ids', () => {
  afterEach(closeAll);

  it('are given to new cells and kept from one save to the next', async () => {
    const notebook = await notebookWith(['1']);
    const index = await addCell(notebook, '2');
    await until('an id', () => id(notebook.cellAt(index)));
    await notebook.save();
    const first = bytes(notebook.uri.fsPath);
    assert.ok(first.includes(id(notebook.cellAt(index))!));
    await touchAndSave(notebook);
    assert.equal(bytes(notebook.uri.fsPath), first);
  });

  it('are new for a copy of a cell, also where it is put before the original', async () => {
    const notebook = await notebookWith(['1']);
    const original = id(notebook.cellAt(0));
    const copy = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, '1', 'typescript');
    copy.metadata = { ...notebook.cellAt(0).metadata };
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [copy])]);
    await vscode.workspace.applyEdit(edit);
    await until('a new id', () => id(notebook.cellAt(0)) !== original && id(notebook.cellAt(0)));
    assert.equal(id(notebook.cellAt(1)), original);
    assert.equal(await value(notebook, 0), '1');
  });
});

describe('an untitled notebook', () => {
  afterEach(closeAll);

  it('runs in the workspace folder', async () => {
    await vscode.commands.executeCommand('dlnb.newNotebook');
    const { notebook } = vscode.window.activeNotebookEditor!;
    assert.equal(notebook.isUntitled, true);
    assert.equal(notebook.cellCount, 1);
    const index = await addCell(notebook, 'process.cwd()');
    assert.ok((await value(notebook, index)).includes(workspaceFolder()));
  });
});

describe('a notebook that is renamed', () => {
  afterEach(closeAll);

  it('keeps its kernel and variables', async () => {
    const notebook = await notebookWith(['globalThis.kept ??= `${process.pid} ${Math.random()}`;', 'kept']);
    await run(notebook, 0);
    const before = await value(notebook, 1);
    await notebook.save();
    const to = vscode.Uri.file(notebook.uri.fsPath.replace('notebook.dlnb', 'renamed.dlnb'));
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(notebook.uri, to);
    assert.ok(await vscode.workspace.applyEdit(edit));
    const moved = await until('the renamed notebook', () => {
      const now = vscode.window.activeNotebookEditor?.notebook;
      return now?.uri.toString() === to.toString() && now;
    });
    await vscode.commands.executeCommand('notebook.execute');
    await ended(moved.cellAt(1));
    assert.equal(text(moved.cellAt(1)), before);
    assert.equal(moved.cellAt(1).executionSummary?.executionOrder, 4);
  });
});

describe('a notebook that is closed', () => {
  it('ends its kernel', async () => {
    const notebook = await notebookWith(['process.pid']);
    const pid = Number(await value(notebook, 0));
    await notebook.save();
    await closeAll();
    const gone = () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    await until('the end of the kernel', gone, 30_000);
  });
});

describe('commands', () => {
  const autoSave = (value: string | undefined) =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Global);
  before(() => autoSave('off'));
  after(() => autoSave(undefined));
  afterEach(closeAll);

  it('export what is in the editor, saved or not', async () => {
    const notebook = await notebookWith(['const answer = 42;']);
    await addCell(notebook, 'answer // unsaved');
    for (const format of ['html', 'ipynb', 'ts']) {
      const target = vscode.Uri.file(path.join(path.dirname(notebook.uri.fsPath), `out.${format}`));
      assert.ok(await vscode.commands.executeCommand('dlnb.exportNotebook', { format, target }));
      assert.match(bytes(target.fsPath).replace(/<[^>]*>/g, ''), /answer.*unsaved/s);
    }
    assert.equal(notebook.isDirty, true);
  });
});
