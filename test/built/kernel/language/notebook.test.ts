// What an editor asks about cells, with the real server: the import stands in the first cell, and what is asked about in
// others.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Cell, Range } from '../../../../kernel/language/document.ts';
import { lineStarts, offsetAt } from '../../../../kernel/language/lines.ts';
import { Language, type NotebookLanguage } from '../../../../kernel/language/notebook.ts';
import { findProgram } from '../../../../kernel/language/server.ts';
import { dist } from '../../../paths.ts';

const program = findProgram(dist);
const logged: string[] = [];
let folder: string;
let language: Language;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-language-'));
  language = new Language({ program: program!, types: path.join(dist, 'types'), folder, log: (l) => logged.push(l) });
});
afterAll(async () => {
  await language.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const code = (text: string, i: number): Cell => ({ id: `c${i + 1}`, kind: 'code', language: 'typescript', text });
/** A place in a cell: where `|` stands. */
function cellsWith(texts: string[]): { cells: Cell[]; cell: string; position: { line: number; character: number } } {
  const i = texts.findIndex((text) => text.includes('|'));
  const before = texts[i]!.slice(0, texts[i]!.indexOf('|')).split('\n');
  const cells = texts.map((text, k) => code(k === i ? text.replace('|', '') : text, k));
  return { cells, cell: `c${i + 1}`, position: { line: before.length - 1, character: before.at(-1)!.length } };
}
let count = 0;
async function ask<T>(
  texts: string[],
  act: (notebook: NotebookLanguage, cell: string, position: { line: number; character: number }) => Promise<T>,
): Promise<T> {
  const { cells, cell, position } = cellsWith(texts);
  const notebook = language.open(path.join(folder, `${++count}.dlnb`), cells);
  try {
    return await act(notebook, cell, position);
  } finally {
    notebook.close();
  }
}
const TF = "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';";
const in2 = (...parts: string[]) => [TF, ...parts];
/** `c2 0:4-0:5` */
const shown = (at: {
  cell?: string;
  uri?: string;
  range: { start: { line: number; character: number }; end: object };
}) => `${at.cell ?? path.basename(at.uri!)} ${at.range.start.line}:${at.range.start.character}`;

describe('cells', () => {
  it('complete names of other cells, with their documentation', async () => {
    const list = await ask(in2('const t = tf.ones([2]);', 't.|'), (n, cell, at) => n.completion(cell, at));
    const labels = list.items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['add', 'dataSync', 'print']));
    const item = await ask(in2('viz.|'), async (n, cell, at) => {
      const { items } = await n.completion(cell, at);
      return n.resolve(
        cell,
        items.find(({ label }) => label === 'graph')!,
      );
    });
    expect(JSON.stringify(item.documentation)).toMatch(/\w{20}|\w+ \w+/);
  });

  it('complete a name by its import, into the cell that asks', async () => {
    const item = await ask(['const a = 1;', "import { viz } from 'dlnb';\nviz;\nexistsSyn|"], async (n, cell, at) => {
      const { items } = await n.completion(cell, at);
      return n.resolve(
        cell,
        items.find(({ label }) => label === 'existsSync')!,
      );
    });
    expect(item.additionalTextEdits).toEqual([
      {
        range: { start: { line: 0, character: 27 }, end: { line: 0, character: 27 } },
        newText: expect.stringMatching(/^\nimport \{ existsSync \} from ["'](node:)?fs["'];$/),
      },
    ]);
  });

  it('hover with the type that a cell above gives, and the newest', async () => {
    const hover = await ask(['const a = 1;', "const a = 'b';", 'const a = a.length;', '|a;'], (n, c, at) =>
      n.hover(c, at),
    );
    expect(hover!.text).toContain('const a: number');
    expect(hover!.text).not.toContain('ᐟ');
    expect(hover!.range!.range).toEqual({ start: { line: 0, character: 0 }, end: { line: 0, character: 1 } });
    const outer = await ask(["const a = 'b';", 'const a = |a.length;'], (n, c, at) => n.hover(c, at));
    expect(outer!.text).toContain('const a: "b"');
  });

  it('help with the parameters of a call', async () => {
    const help = await ask(['function f(rate: number, epochs?: string) {}', 'f(1, |)'], (n, c, at) =>
      n.signatureHelp(c, at),
    );
    expect(help!.signatures[0]!.label).toBe('f(rate: number, epochs?: string): void');
    expect(help!.activeParameter ?? help!.signatures[0]!.activeParameter).toBe(1);
  });

  it('are formatted and organized each for itself, also all at once', async () => {
    const texts = ["import a from 'a';\nimport {c,b} from 'b';\na;b;c", 'if(a){\nb\n}', 'let   d=1', 'd  ;', 'f( d )'];
    const done = await ask(
      texts.map((text, i) => (i === 0 ? `|${text}` : text)),
      (n) =>
        Promise.all([
          ...texts.map((_, i) => n.format(`c${i + 1}`, { tabSize: 2, insertSpaces: true })),
          ...texts.map((_, i) => n.organizeImports(`c${i + 1}`, 'source.sortImports')),
        ]),
    );
    const formatted = texts.map((text, i) => {
      const starts = lineStarts(text);
      const edits = (done[i] as { range: Range; newText: string }[]).map(({ range, newText }) => ({
        start: offsetAt(starts, range.start, text.length),
        end: offsetAt(starts, range.end, text.length),
        newText,
      }));
      edits.sort((a, b) => b.start - a.start);
      return edits.reduce((t, { start, end, newText }) => t.slice(0, start) + newText + t.slice(end), text);
    });
    expect(formatted).toEqual([
      "import a from 'a';\nimport { c, b } from 'b';\na; b; c",
      'if (a) {\n  b\n}',
      'let d = 1',
      'd;',
      'f(d)',
    ]);
    expect(done.slice(texts.length).map((edits) => edits.length)).toEqual([1, 0, 0, 0, 0]);
  });

  it('lead to definitions in cells above, and in readable declarations', async () => {
    const places = await ask(in2('const a = 1;', 'const b = |a;'), (n, c, at) => n.definition(c, at));
    expect(places.map(shown)).toEqual(['c2 0:6']);
    // Through the name that stands for the one above
    const above = await ask(['const x = 1;', 'const x = |x + 1;'], (n, c, at) => n.definition(c, at));
    expect(above.map(shown)).toEqual(['c1 0:6']);
    const [declared] = await ask(in2('tf.layers.|dense;'), (n, c, at) => n.definition(c, at));
    expect((declared as { uri: string }).uri).toMatch(/dist\/types\/tensorflow\/.*\.d\.ts$/);
    const type = await ask(['class A {}', 'const a = new A();', '|a;'], (n, c, at) => n.typeDefinition(c, at));
    expect(type.map(shown)).toEqual(['c1 0:6']);
    // The class, and not the 138 files of TensorFlow.js that add to it
    const tensor = await ask(in2('const t = tf.ones([2]);', '|t;'), (n, c, at) => n.typeDefinition(c, at));
    expect(tensor.map((place) => path.basename((place as { uri: string }).uri))).toEqual(['tensor.d.ts']);
    const square = await ask(in2('tf.ones([2]).|square();'), (n, c, at) => n.definition(c, at));
    expect(square.map((place) => path.basename((place as { uri: string }).uri))).toEqual(['square.d.ts']);
  });

  it('find all uses, in all cells', async () => {
    const places = await ask(['const |a = 1;', 'a + a;', 'const b = { a };'], (n, c, at) => n.references(c, at));
    expect(places.map(shown).sort()).toEqual(['c1 0:6', 'c2 0:0', 'c2 0:4', 'c3 0:12']);
    const through = await ask(['let x = 1;', '|x;\nlet x = x + 1;'], (n, c, at) => n.references(c, at));
    expect(through.map(shown).sort()).toEqual(['c1 0:4', 'c2 0:0', 'c2 1:8']);
  });

  it('rename a name in all cells', async () => {
    const edits = await ask(['const a = 1;', 'a + |a;', 'const b = { a };'], (n, c, at) => n.rename(c, at, 'rate'));
    expect(edits.map((e) => `${shown(e)} ${e.newText}`).sort()).toEqual([
      'c1 0:6 rate',
      'c2 0:0 rate',
      'c2 0:4 rate',
      'c3 0:12 a: rate',
    ]);
    // Names with numbers, which the cells do not have
    const numbered = await ask(
      ["import a from 'node:fs';", "import * as |a from 'node:path';\na.sep;", '({ a });'],
      (n, c, at) => n.rename(c, at, 'p'),
    );
    expect(numbered.map((e) => `${shown(e)} ${e.newText}`).sort()).toEqual(['c2 0:12 p', 'c2 1:0 p', 'c3 0:4 : p']);
    const range = await ask(['const a = 1;', 'a + |a;'], (n, c, at) => n.prepareRename(c, at));
    expect(range).toEqual({ start: { line: 0, character: 4 }, end: { line: 0, character: 5 } });
  });

  it('have highlights, symbols, colors, folds and inlay hints of their own', async () => {
    const highlights = await ask(['const a = 1;', '|a;'], (n, c, at) => n.highlights(c, at));
    expect(highlights.map(shown)).toEqual(['c1 0:6', 'c2 0:0']);
    const symbols = await ask(['const a = 1;', 'class B { m() {} }\nfunction f() {}|'], (n, c) => n.symbols(c));
    expect(symbols.map(({ name, children }) => [name, children!.map(({ name }) => name)])).toEqual([
      ['B', ['m']],
      ['f', []],
    ]);
    const tokens = await ask(['const a = 1;', 'class B {}\nnew B();|'], (n, c) => n.tokens(c));
    expect(tokens.map(({ range: { start } }) => `${start.line}:${start.character}`)).toEqual(['0:6', '1:4']);
    const folds = await ask(['const a = 1;', 'function f() {\n  1;\n  2;\n}|'], (n, c) => n.folding(c));
    expect(folds).toEqual([{ startLine: 0, endLine: 2 }]);
  });

  it('are asked about once for their symbols, and again when they change; the last of many folds, too', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `function f${i}() {\n  1;\n  2;\n}`);
    const cells = texts.map(code);
    const notebook = language.open(path.join(folder, `${++count}.dlnb`), cells);
    const request = vi.spyOn(language.server, 'request');
    const names = async () =>
      (await Promise.all(cells.map(({ id }) => notebook.symbols(id)))).map((all) => all.map(({ name }) => name));
    try {
      expect(await names()).toEqual(cells.map((_, i) => [`f${i}`]));
      expect(request).toHaveBeenCalledTimes(1);
      notebook.update([...cells.slice(0, -1), { ...cells.at(-1)!, text: 'class Other {}' }]);
      expect((await names()).at(-1)).toEqual(['Other']);
      expect(request).toHaveBeenCalledTimes(2);
      const folds = await Promise.all(cells.slice(0, -1).map(({ id }) => notebook.folding(id)));
      expect(folds).toEqual(folds.map(() => [{ startLine: 0, endLine: 2 }]));
      expect(await notebook.folding(cells.at(-1)!.id)).toEqual([]);
    } finally {
      request.mockRestore();
      notebook.close();
    }
  });

  it('have remedies', async () => {
    const actions = await ask(['const n = 1;', '|existsSync(String(n));'], async (n, c) => {
      const [problem] = await n.diagnostics();
      const { range, code, message } = problem!;
      return n.codeActions(c, range, { diagnostics: [{ range, code: code as number, message, severity: 1 }] });
    });
    const edits = actions.map(({ edits }) => edits.map((e) => `${shown(e)} ${e.newText}`));
    expect(edits).toContainEqual([expect.stringMatching(/^c2 0:0 import \{ existsSync \} from .*;\n$/)]);
  });

  it('are formatted as if each were a file', async () => {
    const edits = await ask(['const a   =  1;', 'if (true) {\n      |1\n}'], (n, c) =>
      n.format(c, { tabSize: 2, insertSpaces: true }),
    );
    expect(edits.map(({ range, newText }) => [range.start, newText])).toContainEqual([{ line: 1, character: 0 }, '  ']);
  });

  it('follow edits as they come', async () => {
    const cells = ['const a = 1;', 'const b: string = a;'].map(code);
    const notebook = language.open(path.join(folder, 'edited.dlnb'), cells);
    const codes = async () => (await notebook.diagnostics()).filter((d) => d.severity === 'error').map((d) => d.code);
    expect(await codes()).toEqual([2322]);
    notebook.update([code("const a = '😀';\r\n", 0), cells[1]!]);
    expect(await codes()).toEqual([]);
    notebook.update([cells[1]!, code("const a = '😀';\r\n", 0)]);
    expect(await codes()).toEqual([]);
    expect((await notebook.diagnostics()).map(({ cell, code }) => [cell, code])).toContainEqual(['c2', 'below']);
    notebook.update([code('const a = <b>1</b>;', 0), cells[1]!]);
    expect(await codes()).toEqual([2322]);
    notebook.close();
  });

  it('have all back when the server is killed, said once', async () => {
    const notebook = language.open(path.join(folder, 'killed.dlnb'), ["const a: number = 'b';"].map(code));
    await notebook.diagnostics();
    logged.length = 0;
    const asked = notebook.diagnostics();
    process.kill((await language.server.pid())!, 'SIGKILL');
    notebook.update(["const a: number = 'b';", 'a.x;'].map(code));
    await asked;
    const found = await notebook.diagnostics();
    expect(found.map(({ cell, code }) => [cell, code])).toEqual([
      ['c1', 2322],
      ['c2', 2339],
    ]);
    expect(logged).toEqual(['TypeScript has ended (SIGKILL) and is started again.']);
    notebook.close();
  });
});
