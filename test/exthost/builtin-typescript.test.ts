// VS Code's own TypeScript in cells: names that other cells use are neither faded nor removed, and renaming one renames
// it in all cells. A file beside the notebook gets all that TypeScript offers.
// It runs before semantics.test.ts: of a cell with thousands of operands, TypeScript's own search for names overflows.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { closeAll, notebookWith, save, sleep, until, writeNotebook, open } from './helpers.ts';

const IMPORTS =
  "import * as tf from '@tensorflow/tfjs';\nimport { viz, data, nn, train } from 'dlnb';\nconst seed = 1;";
const FS = "import fs from 'node:fs';\nimport os from 'node:os';\nimport { join } from 'node:path';\nos.cpus().length;";
const USES = "const { rank } = tf.scalar(seed);\nviz;\nfs;\njoin('a', 'b');\nconst bag = { viz, seed };\nbag.viz;";
const LOCAL =
  "import { sep } from 'node:path';\nfunction area(r: number) {\n  const idle = 1;\n  return 3 * r;\n}\nsep;";

/** What the server says about unused names: their text and tags. */
function unused(document: vscode.TextDocument): string[] {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter((d) => d.tags?.includes(vscode.DiagnosticTag.Unnecessary))
    .map((d) => document.getText(d.range));
}

const actions = (uri: vscode.Uri, range: vscode.Range, kind?: string) =>
  vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind, 20);

const whole = (document: vscode.TextDocument) => new vscode.Range(0, 0, document.lineCount, 0);

/** Applies all actions of a kind. @returns whether that changed the document */
async function apply(document: vscode.TextDocument, kind: string): Promise<boolean> {
  const before = document.getText();
  const found = await actions(document.uri, whole(document), kind);
  for (const action of found) {
    if (action.edit) await vscode.workspace.applyEdit(action.edit);
    if (action.command)
      await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
  }
  return document.getText() !== before;
}

const rename = (document: vscode.TextDocument, word: string, to: string) =>
  vscode.commands.executeCommand<vscode.WorkspaceEdit>(
    'vscode.executeDocumentRenameProvider',
    document.uri,
    document.positionAt(document.getText().indexOf(word) + 1),
    to,
  );

/** Waits until the server has looked at the notebook: its marks of a name in a function are there. */
const analyzed = (document: vscode.TextDocument, word = 'idle') =>
  until(`marks of TypeScript in ${document.uri.path}`, () => unused(document).includes(word), 60_000);

describe('TypeScript of the editor in cells', function () {
  this.timeout(120_000);
  afterEach(closeAll);

  it('does not fade names that other cells use, and fades those that no cell uses', async () => {
    const notebook = await notebookWith([IMPORTS, FS, USES, LOCAL]);
    await analyzed(notebook.cellAt(3).document);
    await sleep(500);
    assert.deepEqual(
      notebook.getCells().map(({ document }) => unused(document)),
      [['data', 'nn', 'train'], [], ['rank'], ['area', 'idle']],
    );
  });

  it('offers no removal of imports and constants, and no change of their form', async () => {
    const notebook = await notebookWith([IMPORTS, FS, USES, LOCAL]);
    await analyzed(notebook.cellAt(3).document);
    for (const cell of [0, 1]) {
      const { document } = notebook.cellAt(cell);
      const found = await actions(document.uri, document.lineAt(0).range);
      const titles = found.map(({ title }) => title).filter((t) => /remove|delete|unused|convert|move to/i.test(t));
      assert.deepEqual(titles, []);
    }
    // Not so for a name in a function
    const { document } = notebook.cellAt(3);
    const at = document.positionAt(document.getText().indexOf('idle'));
    const titles = (await actions(document.uri, new vscode.Range(at, at))).map(({ title }) => title);
    assert.ok(
      titles.some((t) => /unused declaration.*idle/i.test(t)),
      titles.join('; '),
    );
  });

  for (const kind of [
    'organizeImports',
    'removeUnusedImports',
    'unusedImports',
    'removeUnused.ts',
    'addMissingImports.ts',
    'fixAll.ts',
  ])
    it(`keeps shared names with source.${kind}`, async () => {
      const notebook = await notebookWith([IMPORTS, FS, USES, LOCAL]);
      await analyzed(notebook.cellAt(3).document);
      const before = notebook.getCells().map(({ document }) => document.getText());
      for (const { document } of notebook.getCells()) await apply(document, `source.${kind}`);
      const after = notebook.getCells().map(({ document }) => document.getText());
      // What no cell uses goes
      if (/^organizeImports|^removeUnusedImports/.test(kind))
        before[0] = before[0]!.replace('{ viz, data, nn, train }', '{ viz }');
      assert.deepEqual(after, before);
    });

  it('keeps all but imports that no cell uses when a notebook is saved with actions on save', async () => {
    const explicit = Object.fromEntries(
      ['organizeImports', 'removeUnusedImports', 'addMissingImports.ts', 'fixAll'].flatMap((name) => [
        [`notebook.source.${name}`, 'explicit'],
        [`source.${name}`, 'explicit'],
      ]),
    );
    const section = vscode.workspace.getConfiguration();
    const set = async (value: unknown) => {
      for (const name of ['notebook.codeActionsOnSave', 'editor.codeActionsOnSave'])
        await section.update(name, value, vscode.ConfigurationTarget.Global);
    };
    await set(explicit);
    try {
      const file = writeNotebook([IMPORTS, FS, USES, LOCAL]);
      const bytes = fs.readFileSync(file, 'utf8');
      const notebook = await open(file);
      const { document } = notebook.cellAt(3);
      await analyzed(document);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, ' ');
      assert.ok(await vscode.workspace.applyEdit(edit));
      await vscode.commands.executeCommand('workbench.action.files.save');
      await save(notebook);
      const expected = bytes.replace('"sep;"', '"sep; "').replace('{ viz, data, nn, train }', '{ viz }');
      assert.equal(fs.readFileSync(file, 'utf8'), expected);
    } finally {
      await set(undefined);
    }
  });

  it('renames an imported name in all cells, and keeps what it names elsewhere', async () => {
    const notebook = await notebookWith([IMPORTS, FS, USES, 'function f(viz: number) {\n  return viz;\n}\nf(seed);']);
    await sleep(500);
    const text = async (index: number, word: string, to: string) => {
      assert.ok(await vscode.workspace.applyEdit(await rename(notebook.cellAt(index).document, word, to)));
      return notebook.getCells().map(({ document }) => document.getText());
    };
    // From the import, and from a cell that uses the name
    assert.match((await text(0, 'tf', 'tensors'))[2]!, /^const \{ rank \} = tensors\.scalar/);
    assert.match((await text(2, 'viz', 'charts'))[0]!, /import \{ viz as charts, data, nn, train \} from 'dlnb'/);
    const cells = await text(0, 'seed', 'start');
    assert.match(cells[0]!, /const start = 1;/);
    assert.match(cells[2]!, /scalar\(start\);\ncharts;\n[^]*\{ viz: charts, seed: start \};\nbag\.viz;$/);
    assert.equal(cells[3], 'function f(viz: number) {\n  return viz;\n}\nf(start);');
  });

  it('renames a property in all cells, and not another one of that name', async () => {
    const notebook = await notebookWith([
      "import os from 'node:os';\nclass Point {\n  xx = os.EOL;\n  yy = 1;\n}",
      'new Point().xx;\n({ xx: 1 });',
    ]);
    await sleep(500);
    const { document } = notebook.cellAt(0);
    assert.ok(await vscode.workspace.applyEdit(await rename(document, 'xx', 'zz')));
    assert.equal(notebook.cellAt(1).document.getText(), 'new Point().zz;\n({ xx: 1 });');
    const edit = await rename(document, 'yy', 'ww');
    assert.equal(edit.get(document.uri).length, 1);
  });

  it('leaves the cells of Jupyter notebooks as they are', async () => {
    const cell = (source: string) => ({ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source });
    const metadata = { language_info: { name: 'typescript' } };
    const notebook = { nbformat: 4, nbformat_minor: 4, metadata, cells: [cell(LOCAL.replace('sep;', ''))] };
    const file = vscode.Uri.file(path.join(path.dirname(writeNotebook([])), 'other.ipynb'));
    fs.writeFileSync(file.fsPath, JSON.stringify(notebook));
    const opened = await vscode.workspace.openNotebookDocument(file);
    await vscode.window.showNotebookDocument(opened);
    const { document } = opened.cellAt(0);
    assert.equal(document.languageId, 'typescript');
    await analyzed(document);
    assert.ok(
      unused(document).some((text) => text.startsWith('import')),
      unused(document).join('; '),
    );
  });

  it('has all of its actions in a file beside the notebook', async () => {
    const notebook = await notebookWith([IMPORTS], { 'plain.ts': `${IMPORTS}\nexport {};\n` });
    const file = vscode.Uri.file(path.join(path.dirname(notebook.uri.fsPath), 'plain.ts'));
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    await analyzed(document, 'seed');
    const titles = (await actions(file, document.lineAt(0).range)).map(({ title }) => title);
    assert.ok(
      titles.some((t) => /remove import/i.test(t)),
      titles.join('; '),
    );
    assert.ok(await apply(document, 'source.organizeImports'));
    assert.doesNotMatch(document.getText(), /import /);
  });
});
