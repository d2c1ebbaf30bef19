// Where snippets are offered, by which names, and which imports they add.
import { describe, expect, it } from 'vitest';
import { VirtualDocument, type Cell } from '../../../../kernel/language/document.ts';
import {
  importOfSnippet,
  snippetsAt,
  snippetText,
  type ImportName,
  type OfferedSnippet,
} from '../../../../kernel/language/snippets.ts';

const cellsOf = (...texts: string[]): Cell[] =>
  texts.map((text, i) => ({ id: `c${i + 1}`, kind: 'code', language: 'typescript', text }));

/** The snippets where `|` stands in the last cell. */
function at(...texts: string[]): OfferedSnippet[] {
  const last = texts.pop()!;
  const offset = last.indexOf('|');
  const cells = cellsOf(...texts, last.replace('|', ''));
  return snippetsAt(new VirtualDocument(cells), { cell: cells.at(-1)!.id, offset, isAsked: false });
}
const labels = (...texts: string[]) => at(...texts).map(({ label }) => label);
const find = (label: string, ...texts: string[]) => at(...texts).find((snippet) => snippet.label === label)!;

/** The cells after the last one has got an import. */
function imported(name: ImportName, ...texts: string[]): string[] {
  const cells = cellsOf(...texts);
  const document = new VirtualDocument(cells);
  const edit = importOfSnippet(document, cells.at(-1)!.id, name);
  if (!edit || !('cell' in edit)) return texts;
  return cells.map(({ id, text }) => {
    if (id !== edit.cell) return text;
    const offset = document.cellOffset(id, edit.range.start);
    return text.slice(0, offset) + edit.newText + text.slice(offset);
  });
}

describe('snippets', () => {
  it('are offered at the beginning of a statement', () => {
    const all = labels('v|');
    for (const label of ['train.record', 'model.fit', 'model.compile', 'tf.sequential', 'viz.line', 'viz.graph'])
      expect(all).toContain(label);
    expect(labels('a();\n  v|')).toEqual(all);
    expect(labels('if (a) {\n  v|\n}')).toEqual(all);
  });

  it('are offered in an expression, but for statements', () => {
    const all = labels('const a = v|');
    expect(all).toContain('viz.line');
    expect(all).toContain('model.fit');
    expect(all).not.toContain('train.record');
    expect(all).not.toContain('model.compile');
    expect(labels('f(v|)')).toEqual(all);
    expect(labels('await v|')).toEqual(all);
  });

  it('are offered behind the dot of their object alone', () => {
    const texts = ["import { viz, train } from 'dlnb';"];
    expect(labels(...texts, 'viz.|')).toContain('line(…)');
    expect(labels(...texts, 'viz.li|')).toContain('line(…)');
    expect(labels(...texts, 'train.|')).toContain('record(…)');
    expect(labels(...texts, 'train.|')).not.toContain('line(…)');
    expect(find('line(…)', ...texts, 'viz.li|')).toMatchObject({
      filter: 'line',
      start: 4,
      body: expect.stringMatching(/^line\(\{/),
    });
    // Of a name that is not known to be a model
    expect(at(...texts, 'net.|').map(({ label, members }) => `${label} ${members.join()}`)).toEqual([
      'fit(…) compile,fit,predict',
      'compile(…) compile,fit,predict',
    ]);
    expect(find('fit(…)', 'net.|')).toMatchObject({
      body: expect.stringMatching(/^fit\(/),
      before: { at: 0, text: 'await ' },
    });
    expect(find('fit(…)', 'await net.|').before).toBeUndefined();
    expect(find('record(…)', ...texts, 'train.|')).toMatchObject({
      body: expect.stringMatching(/^record\('[^]*of run\.epochs\([^]*run\.step\(/),
      before: { at: 0, text: 'const run = ' },
    });
    expect(find('lossLandscape(…)', ...texts, 'viz.|').before).toEqual({ at: 0, text: 'await ' });
  });

  it.each([
    ['a comment', '// viz.|'],
    ['a comment, by its first letter', 'a; // v|'],
    ['a text', "'v|'"],
    ['a template', '`viz.|`'],
    ['the key of an object', '({ v|: 1 })'],
    ['a member of another object', 'a.viz.|'],
    ['a declaration', 'const v| = 1'],
    ['a parameter', 'function f(v|) {}'],
    ['a type', 'let a: v| = 1'],
    ['an import', "import { v| } from 'dlnb'"],
    ['a number', '1v|'],
    ['nothing typed', '|'],
  ])('are not offered in %s', (_, text) => expect(labels(text)).toEqual([]));

  it('are offered where nothing is typed, if they are asked for', () => {
    const cells = cellsOf('a;\n\n');
    const found = snippetsAt(new VirtualDocument(cells), { cell: 'c1', offset: 3, isAsked: true });
    expect(found.map(({ label }) => label)).toContain('train.record');
  });

  it('are not offered where the name is another variable', () => {
    expect(labels('const viz = 1;', 'v|').some((label) => label.startsWith('viz'))).toBe(false);
    expect(labels('function f(viz: any) {\n  viz.|\n}')).toEqual([]);
  });

  it('have the names that the notebook has', () => {
    expect(find('viz.line', "import { viz as charts } from 'dlnb'", 'v|')).toBeUndefined();
    expect(find('charts.line', "import { viz as charts } from 'dlnb'", 'c|').body).toMatch(/^charts\.line\(/);
    const net = find('model.fit', 'const net = 1, inputs = 2, targets = 3', 'm|').body;
    expect(net).toContain('${1:net}.fit(${2:inputs}, ${3:targets}, {');
    expect(find('model.fit', 'm|').body).toContain('${1:model}.fit(${2:xs}, ${3:ys}, {');
    expect(find('model.fit', "import { train as t } from 'dlnb'", 'm|').body).toContain('callbacks: t.callback(');
  });

  it('wait once', () => {
    expect(find('model.fit', 'm|').body).toMatch(/^await \$/);
    expect(find('model.fit', 'const h = await m|').body).toMatch(/^\$\{1:model\}\.fit/);
  });

  it('say what they need', () => {
    expect(find('viz.line', 'v|').imports).toEqual(['viz']);
    expect(find('viz.line', "import { viz } from 'dlnb'", 'v|').imports).toEqual([]);
    expect(find('model.fit', 'm|').imports).toEqual(['train']);
  });

  it('can be read before their places are filled in', () =>
    expect(snippetText(find('train.record', 't|').body)).toBe(
      [
        "const run = train.record('by hand');",
        'for (const epoch of run.epochs(10)) {',
        '  for (const [x, y] of batches) {',
        '    run.step({ loss: step(x, y) });',
        '  }',
        '  run.epoch({ val_loss: validate() });',
        '}',
      ].join('\n'),
    ));
});

describe('the import of a snippet', () => {
  it.each([
    ["import { data } from 'dlnb';", "import { data, viz } from 'dlnb';"],
    ["import {data} from 'dlnb'", "import {data, viz} from 'dlnb'"],
    ['import { data, } from "dlnb";', 'import { data, viz, } from "dlnb";'],
    ["import {\n  data,\n  nn,\n} from 'dlnb';", "import {\n  data,\n  nn,\n  viz,\n} from 'dlnb';"],
    ["import {\r\n  data\r\n} from 'dlnb';", "import {\r\n  data,\r\n  viz\r\n} from 'dlnb';"],
    ["import {} from 'dlnb';", "import { viz } from 'dlnb';"],
    ["import type { Figure } from 'dlnb';\na;", "import type { Figure } from 'dlnb';\nimport { viz } from 'dlnb';\na;"],
    ["import * as d from 'dlnb';", "import * as d from 'dlnb';\nimport { viz } from 'dlnb';"],
    ["import { viz as v } from 'dlnb';", "import { viz as v } from 'dlnb';"],
    ['a;', 'a;'],
  ])('joins what the cells import: %j', (before, after) => {
    const use = 'viz.line([1]);';
    const end = /^a;$/.test(before) ? `import { viz } from 'dlnb';\n${use}` : use;
    expect(imported('viz', before, 'b;', use)).toEqual([after, 'b;', end]);
  });

  it('takes the last cell above with the module, or else the first below', () => {
    const own = "import { data } from 'dlnb';";
    expect(imported('viz', own, "import { nn } from 'dlnb';", 'v')).toEqual([
      own,
      "import { nn, viz } from 'dlnb';",
      'v',
    ]);
  });

  it('is a line of its own for a whole module', () =>
    expect(imported('tf', "import { viz } from 'dlnb';", 't')).toEqual([
      "import { viz } from 'dlnb';\nimport * as tf from '@tensorflow/tfjs';",
      't',
    ]));
});
