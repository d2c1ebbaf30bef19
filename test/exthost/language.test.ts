// TypeScript in cells, as VS Code asks for it: a notebook of five cells whose imports stand in the first. Each question
// has one answer, so nothing comes twice, from VS Code's own TypeScript too.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../extension/main.ts';
import { closeAll, EXTENSION, notebookWith, open, run, sleep, until } from './helpers.ts';

const CELLS = [
  "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';\nconst seed = 1;",
  '/** The area of a circle. */\nfunction area(radius: number, factor = 3) {\n  const idle = 1;\n  return factor * radius;\n}\ninterface Point {\n  x: number;\n}',
  "const point: Point = { x: seed };\nconst wrong: number = 'text';\nconst xs = tf.tensor1d([area(1), point.x]);",
  'viz.line(await xs.data());\nlate;\nxs.square();',
  'const late = 2;\nlate + wrong;',
];

const execute = <T>(command: string, ...args: unknown[]) =>
  vscode.commands.executeCommand<T>(`vscode.${command}`, ...args);

/** The place behind a text in a cell, and what it is in. */
function behind(notebook: vscode.NotebookDocument, cell: number, text: string): [vscode.Uri, vscode.Position] {
  const { document } = notebook.cellAt(cell);
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${text} in cell ${cell + 1}`);
  return [document.uri, document.positionAt(at + text.length)];
}

const diagnostics = (notebook: vscode.NotebookDocument, cell: number) =>
  vscode.languages.getDiagnostics(notebook.cellAt(cell).document.uri);

/** A notebook, when its errors are shown. */
async function checked(cells: string[], files?: Record<string, string>): Promise<vscode.NotebookDocument> {
  const notebook = await notebookWith(cells, files);
  await until(
    'an error in a cell',
    () => notebook.getCells().some((c, i) => diagnostics(notebook, i).length > 0),
    60_000,
  );
  return notebook;
}

async function replace(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, from);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + from.length)), to);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

const labelOf = ({ label }: vscode.CompletionItem) => (typeof label === 'string' ? label : label.label);
const complete = (at: [vscode.Uri, vscode.Position], trigger?: string, resolved?: number) =>
  execute<vscode.CompletionList>('executeCompletionItemProvider', ...at, trigger, resolved);

/** The text of all hovers of a place. */
async function hover(at: [vscode.Uri, vscode.Position]): Promise<string[]> {
  const hovers = await execute<vscode.Hover[]>('executeHoverProvider', ...at);
  return hovers.map(({ contents }) => contents.map((c) => (typeof c === 'string' ? c : c.value)).join('\n'));
}

/** Locations as `cell:line` or as the name of a file. */
function named(notebook: vscode.NotebookDocument, found: (vscode.Location | vscode.LocationLink)[]): string[] {
  return found.map((l) => {
    const [uri, range] = 'targetUri' in l ? [l.targetUri, l.targetSelectionRange ?? l.targetRange] : [l.uri, l.range];
    const cell = notebook.getCells().find(({ document }) => document.uri.toString() === uri.toString());
    return cell ? `cell ${cell.index + 1}, line ${range.start.line + 1}` : path.basename(uri.path);
  });
}

const api = () => vscode.extensions.getExtension<Api>(EXTENSION)!.exports;

describe('TypeScript in cells', function () {
  this.timeout(120_000);
  afterEach(closeAll);

  it('completes what a module has, in another cell than its import, once each and with documentation', async () => {
    const notebook = await checked(CELLS);
    const { items } = await complete(behind(notebook, 2, 'tf.'), '.', 5);
    const labels = items.map(labelOf);
    assert.ok(labels.includes('tensor1d') && labels.includes('train') && labels.includes('layers'));
    assert.equal(new Set(labels).size, labels.length);
    const own = await complete(behind(notebook, 3, 'viz.'), '.', 200);
    const line = own.items.filter((item) => labelOf(item) === 'line');
    assert.equal(line.length, 1);
    assert.ok(line[0]!.documentation, 'documentation of viz.line');
  });

  it('completes names of other cells, keywords and globals of cells', async () => {
    const notebook = await checked([...CELLS, 'a']);
    const labels = (await complete(behind(notebook, 5, 'a'))).items.map(labelOf);
    for (const name of ['area', 'seed', 'await', 'display', 'process', 'late'])
      assert.equal(labels.filter((label) => label === name).length, 1, name);
  });

  it('imports a name that is chosen into the cell with the imports', async () => {
    const notebook = await checked([...CELLS, 'readFileSyn']);
    const list = await complete(behind(notebook, 5, 'readFileSyn'), undefined, 20);
    const item = list.items.find((i) => labelOf(i) === 'readFileSync' && JSON.stringify(i.label).includes('node:fs'));
    assert.ok(item?.command, 'an item that imports');
    await vscode.commands.executeCommand(item.command.command, ...(item.command.arguments ?? []));
    assert.equal(
      notebook.cellAt(0).document.getText(),
      CELLS[0]!.replace("'dlnb';", "'dlnb';\nimport { readFileSync } from 'node:fs';"),
    );
  });

  it('says types and documentation on hover, once', async () => {
    const notebook = await checked(CELLS);
    const [found, ...more] = await hover(behind(notebook, 2, 'are'));
    assert.match(found!, /function area\(radius: number, factor\?: number\): number[^]*The area of a circle\./);
    assert.deepEqual(more, []);
    const tensors = await hover(behind(notebook, 3, 'await x'));
    assert.equal(tensors.length, 1);
    assert.match(tensors[0]!, /const xs: [^]*Tensor1D/);
  });

  it('shows the parameters of a call', async () => {
    const notebook = await checked(CELLS);
    const at = behind(notebook, 2, 'area(');
    const help = await execute<vscode.SignatureHelp>('executeSignatureHelpProvider', ...at, '(');
    assert.deepEqual(
      help.signatures.map(({ label, parameters }) => [label, parameters.length]),
      [['area(radius: number, factor?: number): number', 2]],
    );
  });

  it('marks errors, fades unused names, and says what is declared below', async () => {
    const notebook = await checked(CELLS);
    const all = () => notebook.getCells().map((_, i) => diagnostics(notebook, i));
    await until('all marks', () => all().flat().length >= 3);
    await sleep(1000);
    const seen = all().map((list) => list.map((d) => `${d.severity} ${String(d.code)} ${d.tags?.join() ?? ''}`.trim()));
    assert.deepEqual(seen, [[], ['3 6133 1'], ['0 2322'], ['3 below'], []]);
    assert.match(diagnostics(notebook, 3)[0]!.message, /declared in cell 5, below/);
    // As typed
    const { document } = notebook.cellAt(2);
    await replace(document, "'text'", '4');
    await until('the end of the error', () => diagnostics(notebook, 2).length === 0, 5000);
    await replace(notebook.cellAt(4).document, 'late + wrong', 'late + wrongg');
    await until('an error in the last cell', () => diagnostics(notebook, 4).length === 1, 5000);
  });

  it('goes to definitions in cells, files and readable declarations', async () => {
    const notebook = await checked([...CELLS.slice(0, 4), "import { helper } from './helper.ts';\nhelper(wrong);"], {
      'helper.ts': 'export function helper(n: number) {\n  return n;\n}\n',
    });
    const definition = async (cell: number, text: string) =>
      named(notebook, await execute('executeDefinitionProvider', ...behind(notebook, cell, text)));
    assert.deepEqual(await definition(2, 'are'), ['cell 2, line 2']);
    assert.deepEqual(await definition(3, 'vi'), ['index.d.ts']);
    assert.deepEqual(await definition(4, 'helper(w'.slice(0, 4)), ['helper.ts']);
    const type = await execute<vscode.Location[]>('executeTypeDefinitionProvider', ...behind(notebook, 2, 'poin'));
    assert.deepEqual(named(notebook, type), ['cell 2, line 6']);
  });

  it('finds references and highlights', async () => {
    const notebook = await checked(CELLS);
    const references = await execute<vscode.Location[]>('executeReferenceProvider', ...behind(notebook, 3, 'await x'));
    assert.deepEqual(named(notebook, references).sort(), ['cell 3, line 3', 'cell 4, line 1', 'cell 4, line 3']);
    const marks = await execute<vscode.DocumentHighlight[]>(
      'executeDocumentHighlights',
      ...behind(notebook, 3, 'await x'),
    );
    assert.equal(marks.length, 2);
  });

  it('renames in all cells, imports too, and not what belongs to a package', async () => {
    const notebook = await checked(CELLS);
    const rename = async (cell: number, text: string, to: string) => {
      const at = behind(notebook, cell, text);
      const place = await execute<{ range: vscode.Range; placeholder: string }>('prepareRename', ...at);
      assert.ok(text.endsWith(place.placeholder) || place.placeholder.startsWith(text.split(/\W/).at(-1)!));
      assert.ok(await vscode.workspace.applyEdit(await execute('executeDocumentRenameProvider', ...at, to)));
      return notebook.getCells().map(({ document }) => document.getText());
    };
    assert.match((await rename(3, 'vi', 'charts'))[0]!, /import \{ viz as charts \} from 'dlnb'/);
    assert.match(notebook.cellAt(3).document.getText(), /^charts\.line/);
    const cells = await rename(2, 'x: see', 'start');
    assert.match(cells[0]!, /const start = 1/);
    assert.match(cells[2]!, /\{ x: start \}/);
    await assert.rejects(async () =>
      execute('executeDocumentRenameProvider', ...behind(notebook, 2, 'tensor1'), 'other'),
    );
  });

  it('lists symbols and folds', async () => {
    const notebook = await checked(CELLS);
    const { uri } = notebook.cellAt(1).document;
    const symbols = await execute<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', uri);
    assert.deepEqual(
      symbols.map(({ name, children }) => [name, children.map((c) => c.name).join()]),
      [
        ['area', 'idle'],
        ['Point', 'x'],
      ],
    );
    const ranges = await execute<vscode.FoldingRange[]>('executeFoldingRangeProvider', uri);
    assert.deepEqual(
      ranges.map(({ start, end }) => [start, end]),
      [
        [1, 3],
        [5, 6],
      ],
    );
  });

  it('colors names by their meaning', async () => {
    const notebook = await checked(CELLS);
    const { uri } = notebook.cellAt(2).document;
    const legend = await execute<vscode.SemanticTokensLegend>('provideDocumentSemanticTokensLegend', uri);
    const { data } = await execute<vscode.SemanticTokens>('provideDocumentSemanticTokens', uri);
    const types = Array.from({ length: data.length / 5 }, (_, i) => legend.tokenTypes[data[i * 5 + 3]!]);
    assert.deepEqual(types.slice(0, 3), ['variable', 'interface', 'property']);
  });

  it('gives hints between the code where the user has them on', async () => {
    const notebook = await checked(CELLS);
    const { document } = notebook.cellAt(2);
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = () => execute<vscode.InlayHint[]>('executeInlayHintProvider', document.uri, all);
    assert.deepEqual(await hints(), []);
    const section = vscode.workspace.getConfiguration();
    const names = ['typescript', 'js/ts'].map((s) => `${s}.inlayHints.parameterNames.enabled`);
    const known = names.filter((name) => section.inspect(name)?.defaultValue !== undefined);
    for (const name of known) await section.update(name, 'all', vscode.ConfigurationTarget.Global);
    try {
      await sleep(300);
      const labels = (await hints()).map(({ label }) =>
        typeof label === 'string' ? label : label.map((p) => p.value).join(''),
      );
      assert.deepEqual(labels, ['values:', 'radius:']);
    } finally {
      for (const name of known) await section.update(name, undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('offers the import of an unknown name, which goes to the cell with the imports', async () => {
    const notebook = await checked([...CELLS, "readFileSync('a');"]);
    const { document } = notebook.cellAt(5);
    await until('the unknown name', () => diagnostics(notebook, 5).length > 0);
    const at = document.lineAt(0).range.with({ end: new vscode.Position(0, 3) });
    const actions = await execute<vscode.CodeAction[]>('executeCodeActionProvider', document.uri, at);
    const fixes = actions.filter(({ title }) => /import from "node:fs"/.test(title));
    assert.equal(fixes.length, 1, actions.map(({ title }) => title).join('; '));
    assert.ok(!actions.some(({ title }) => title.endsWith('from "fs"')));
    assert.ok(await vscode.workspace.applyEdit(fixes[0]!.edit!));
    assert.match(
      notebook.cellAt(0).document.getText(),
      /'dlnb';\nimport \{ readFileSync \} from 'node:fs';\nconst seed/,
    );
  });

  it('organizes the imports of a cell by what all cells use', async () => {
    const imports = "import { viz, data } from 'dlnb';\nimport * as tf from '@tensorflow/tfjs';\nconst a = 1;";
    const notebook = await checked([imports, 'viz.line([a]);\ntf.scalar(1);', "const n: number = '';"]);
    const { document } = notebook.cellAt(0);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const found = await execute<vscode.CodeAction[]>(
      'executeCodeActionProvider',
      document.uri,
      whole,
      'source.organizeImports',
      5,
    );
    assert.deepEqual(
      found.map(({ title }) => title),
      ['Organize Imports'],
    );
    const [{ edit, command }] = found as [vscode.CodeAction];
    if (edit) assert.ok(await vscode.workspace.applyEdit(edit));
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    assert.equal(
      document.getText(),
      "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';\nconst a = 1;",
    );
  });

  it('leaves no line behind imports that are all of a cell', async () => {
    const cells = [
      "import { viz, data } from 'dlnb';\nimport { sep } from 'node:path';",
      'viz; sep;',
      "const n: number = '';",
    ];
    const notebook = await checked(cells);
    const { document } = notebook.cellAt(0);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const [{ edit, command }] = await execute<[vscode.CodeAction]>(
      'executeCodeActionProvider',
      document.uri,
      whole,
      'source.organizeImports',
      5,
    );
    if (edit) assert.ok(await vscode.workspace.applyEdit(edit));
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    assert.equal(document.getText(), "import { viz } from 'dlnb';\nimport { sep } from 'node:path';");
  });

  it('formats a cell once', async () => {
    const notebook = await checked([...CELLS, 'if(seed){\nlate\n}']);
    const { uri } = notebook.cellAt(5).document;
    const options = { tabSize: 2, insertSpaces: true };
    // VS Code's own TypeScript takes the width of a tab from whoever asks it last about the cell, such as a light bulb
    const editor = vscode.workspace.getConfiguration('editor');
    await editor.update('tabSize', 2, vscode.ConfigurationTarget.Global);
    try {
      const edits = await execute<vscode.TextEdit[]>('executeFormatDocumentProvider', uri, options);
      const edit = new vscode.WorkspaceEdit();
      edit.set(uri, edits);
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.equal(notebook.cellAt(5).document.getText(), 'if (seed) {\n  late\n}');
    } finally {
      await editor.update('tabSize', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('follows inserted, deleted and moved cells, and cells of other languages', async () => {
    const notebook = await checked(CELLS);
    const edit = new vscode.WorkspaceEdit();
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "const wrong = 'text';", 'typescript');
    const text = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, '# Title', 'markdown');
    edit.set(notebook.uri, [
      vscode.NotebookEdit.insertCells(4, [text, cell]),
      vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2)),
    ]);
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until('errors about names of the cell that is gone', () => diagnostics(notebook, 1).length >= 2, 10_000);
    const [found] = await hover(behind(notebook, 5, 'late + wron'));
    assert.match(found!, /const wrong: "text"/);
  });

  it('knows an untitled notebook', async () => {
    const data = new vscode.NotebookData([
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "import { viz } from 'dlnb';", 'typescript'),
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'viz.', 'typescript'),
    ]);
    const notebook = await vscode.workspace.openNotebookDocument('dlnb', data);
    await vscode.window.showNotebookDocument(notebook);
    const { items } = await complete(behind(notebook, 1, 'viz.'), '.');
    assert.ok(items.some((item) => labelOf(item) === 'heatmap'));
  });

  it('says what names hold now, and offers the keys of real objects', async () => {
    const cells = [
      "import * as tf from '@tensorflow/tfjs';\nconst xs = tf.tensor1d([1, 2, NaN]);",
      'let called = 0;\nconst log: any = { loss: [1, 0.5], get loud() { called++; return 1; } };\nconst table: any = { history: log };',
      'table.history.',
      'xs.shape; const wrong: number = "";',
    ];
    const notebook = await checked(cells);
    assert.equal((await hover(behind(notebook, 3, 'x'))).join().includes('Now:'), false);
    await run(notebook, 0);
    await run(notebook, 1);
    const [text, ...more] = await hover(behind(notebook, 3, 'x'));
    assert.match(text!, /const xs: [^]*Now: Tensor `float32` `\[3\]`, on cpu, 1 … 2, mean 1\.5, 1 NaN/);
    assert.deepEqual(more, []);
    const { items } = await complete(behind(notebook, 2, 'history.'), '.');
    const offered = items.map(labelOf);
    assert.deepEqual(offered.filter((label) => label === 'loss' || label === 'loud').sort(), ['loss', 'loud']);
    assert.match((await hover(behind(notebook, 1, 'calle')))[0]!, /Now:\n```javascript\n0/);
  });

  it('offers the columns of a table, the entries of a map, and keys in brackets', async () => {
    const cells = [
      "const rows: any = [{ name: 'a', 'val loss': 1 }];\nconst sizes: any = new Map([['small', 1]]);",
      ...['rows.', 'sizes.', "rows[0]['']"],
      'const wrong: number = "";',
    ];
    const notebook = await checked(cells);
    await run(notebook, 0);
    const keys = async (cell: number, text: string, trigger: string) => {
      const { items } = await complete(behind(notebook, cell, text), trigger);
      return items
        .filter(({ label }) => typeof label !== 'string' && /now$/.test(label.description ?? ''))
        .map((item) => `${labelOf(item)}: ${String(item.insertText ?? labelOf(item))}`);
    };
    assert.deepEqual(
      (await keys(1, 'rows.', '.')).filter((text) => text.includes('row')),
      ['name: map((row) => row.name)', 'val loss: map((row) => row["val loss"])'],
    );
    assert.ok((await keys(2, 'sizes.', '.')).includes('small: get("small")'));
    assert.deepEqual((await keys(3, "rows[0]['", "'")).sort(), ['name: name', 'val loss: val loss']);
  });

  it('tells two notebooks of a folder apart, and forgets one that is closed until it is opened again', async () => {
    const first = await checked(['const shared = 1;', "const wrong: number = '';"]);
    const folder = path.dirname(first.uri.fsPath);
    const file = path.join(folder, 'other.dlnb');
    fs.copyFileSync(first.uri.fsPath, file);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('const shared = 1;', "const shared = 'text';"));
    const second = await open(file);
    await until('an error in the other notebook', () => diagnostics(second, 1).length > 0, 30_000);
    assert.match((await hover(behind(first, 0, 'shar'))).join(), /const shared: 1/);
    assert.match((await hover(behind(second, 0, 'shar'))).join(), /const shared: "text"/);
    const references = await execute<vscode.Location[]>('executeReferenceProvider', ...behind(second, 0, 'shar'));
    assert.deepEqual(named(second, references), ['cell 1, line 1']);
    const { uri } = second.cellAt(1).document;
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await until(
      'no errors of a notebook that is closed',
      () => vscode.languages.getDiagnostics(uri).length === 0,
      30_000,
    );
    const errors = (n: vscode.NotebookDocument) => diagnostics(n, 1).filter(({ severity }) => severity === 0);
    assert.equal(errors(first).length, 1);
    const again = await open(file);
    await until('an error in the notebook again', () => errors(again).length === 1, 30_000);
    assert.match((await hover(behind(again, 0, 'shar'))).join(), /const shared: "text"/);
  });

  it('finds its places between Markdown, with CRLF, and behind characters of two units', async () => {
    const notebook = await notebookWith([
      { code: '# Title 🎉', kind: 'markdown' },
      "const party = '🎉';\r\nconst count = 1;\r\n",
      { code: 'some *text*', kind: 'markdown' },
      "const all = `🎉🎉 ${party}`; const wrong: number = '🎉';\r\n/* 🎉 */ party + count;\r\n",
    ]);
    const { document } = notebook.cellAt(3);
    const errors = () => diagnostics(notebook, 3).filter(({ severity }) => severity === 0);
    const [found] = await until('the error', () => errors().length > 0 && errors(), 30_000);
    assert.equal(document.getText(found!.range), 'wrong');
    assert.match((await hover(behind(notebook, 3, '*/ par'))).join(), /const party: "🎉"/);
    const at = behind(notebook, 3, 'party + cou');
    assert.ok(await vscode.workspace.applyEdit(await execute('executeDocumentRenameProvider', ...at, 'sum')));
    assert.match(notebook.cellAt(1).document.getText(), /^const party = '🎉';\r?\nconst sum = 1;/);
    assert.match(document.getText(), /\/\* 🎉 \*\/ party \+ sum;/);
  });

  it('counts all cells in its hints, Markdown too, and follows a cell that is moved', async () => {
    const notebook = await notebookWith([
      { code: '# Title', kind: 'markdown' },
      'later;',
      { code: 'text', kind: 'markdown' },
      'const later = 1;\nlater;',
    ]);
    const hints = () => notebook.getCells().flatMap((_, i) => diagnostics(notebook, i).map(({ message }) => message));
    await until('the hint', () => hints().length > 0, 30_000);
    assert.deepEqual(hints(), ['"later" is declared in cell 4, below.']);
    vscode.window.activeNotebookEditor!.selections = [new vscode.NotebookRange(3, 4)];
    for (let i = 0; i < 2; i++) await vscode.commands.executeCommand('notebook.cell.moveUp');
    await until('the cell above', () => notebook.cellAt(1).document.getText().startsWith('const later'));
    await until('no hint', () => hints().length === 0, 10_000);
  });

  it('says nothing about older versions of a notebook, which stand beside it in a comparison', async () => {
    const file = await checked(CELLS);
    const bytes = fs.readFileSync(file.uri.fsPath);
    const none = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
    const refuse = () => {
      throw vscode.FileSystemError.NoPermissions();
    };
    const older = vscode.workspace.registerFileSystemProvider(
      'older',
      {
        onDidChangeFile: none.event,
        watch: () => none,
        stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes.length }),
        readDirectory: () => [],
        readFile: () => bytes,
        ...{ createDirectory: refuse, writeFile: refuse, delete: refuse, rename: refuse },
      },
      { isReadonly: true },
    );
    try {
      const old = await vscode.workspace.openNotebookDocument(vscode.Uri.from({ scheme: 'older', path: '/old.dlnb' }));
      await sleep(1500);
      assert.deepEqual(
        old.getCells().flatMap((_, i) => diagnostics(old, i)),
        [],
      );
      assert.equal(diagnostics(file, 2).length, 1);
    } finally {
      older.dispose();
    }
  });

  it('is back within two seconds when its server is killed', async () => {
    const notebook = await checked(CELLS);
    for (let i = 0; i < 2; i++) {
      const pid = (await api().languageServer())!;
      process.kill(pid, 'SIGKILL');
      const begun = Date.now();
      const found = await hover(behind(notebook, 2, 'are'));
      assert.equal(found.length, 1);
      assert.ok(Date.now() - begun < 2000, `${Date.now() - begun} ms`);
      assert.notEqual(await api().languageServer(), pid);
      assert.ok(fs.existsSync(`/proc/${(await api().languageServer())!}`) || process.platform !== 'linux');
    }
  });

  it('starts a server that was given up when it is asked to', async () => {
    const notebook = await checked(CELLS);
    const pid = () =>
      api()
        .languageServer()
        .catch(() => undefined);
    for (let last: number | undefined; ; await sleep(50)) {
      const now = await pid();
      if (now === undefined) break;
      if (now !== last) process.kill(now, 'SIGKILL');
      last = now;
    }
    assert.deepEqual(await hover(behind(notebook, 2, 'are')), []);
    await vscode.commands.executeCommand('dlnb.startTypes');
    assert.equal((await hover(behind(notebook, 2, 'are'))).length, 1);
    assert.notEqual(await pid(), undefined);
  });
});
