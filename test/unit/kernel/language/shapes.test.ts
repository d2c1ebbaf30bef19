// Shapes that are known before cells run: what a hover says, calls that cannot fit, and programs that are right.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualDocument } from '../../../../kernel/language/document.ts';
import { shapeText } from '../../../../kernel/language/known.ts';
import { NotebookShapes } from '../../../../kernel/language/shapes.ts';
import { everyChoice } from '../../../../kernel/notebook/scaffold/choices.ts';
import { modelNotebook } from '../../../../kernel/notebook/scaffold/notebook.ts';
import { root } from '../../../paths.ts';
import { cellsOf, findShapes } from './find-shapes.ts';
import { before, known, misfits, modelMisfits, models, unknown } from './shape-cases.ts';

const tf = "import * as tf from '@tensorflow/tfjs';";

/** The shape of `y`. */
const shapeOf = (expression: string, before = '') => {
  const code = `const y = ${expression};`;
  const found = findShapes([tf, before, code]);
  expect(found.misfits).toEqual([]);
  const y = found.shapes.find(({ cell, start }) => cell === 2 && start === 6);
  return y && shapeText(y.shape);
};

describe('shapes', () => {
  it.each<[string, string?]>([...known, ...models, ...unknown])('%s: %s', (expression, shape) => {
    expect(shapeOf(expression, before)).toBe(shape);
  });

  it('go from cell to cell, by the newest declaration above', () => {
    expect(shapeOf('x.matMul(w)', 'const x = tf.zeros([2, 3]); const w = tf.ones([3, 7]);')).toBe('[2, 7]');
    const { shapes } = findShapes([tf, 'const x = tf.zeros([2]);', 'const x = tf.zeros([3]);', 'const y = x;']);
    expect(shapes.filter(({ cell }) => cell === 3).map(({ shape }) => shape)).toEqual([[3], [3]]);
  });

  it('say where they are', () => {
    const code = 'const y = tf.zeros([2, 3]).sum(0);';
    const found = findShapes([tf, code]).shapes.map(({ start, end, shape }) => [
      code.slice(start, end),
      shapeText(shape),
    ]);
    expect(found).toEqual([
      ['zeros', '[2, 3]'],
      ['sum', '[3]'],
      ['y', '[3]'],
    ]);
  });
});

describe('misfits', () => {
  it.each([...misfits, ...modelMisfits])('%s', (expression, from, message) => {
    const code = `const y = ${expression};`;
    const found = findShapes([tf, code]).misfits;
    expect(found).toHaveLength(1);
    expect(found[0]!.message).toContain(message);
    expect(code.slice(found[0]!.start).startsWith(from)).toBe(true);
    expect(found[0]).toMatchObject({ cell: 1 });
  });

  it('are found through names, in functions and in later cells', () => {
    const cells = [
      tf,
      'const a = tf.zeros([2, 3]);',
      'function f() { return a.matMul(tf.zeros([4, 4])); }',
      'a.add([1, 2])',
    ];
    expect(findShapes(cells).misfits.map(({ cell }) => cell)).toEqual([2, 3]);
  });
});

/** The shape of the last `y`, in these cells. */
const lastShape = (...cells: string[]) => {
  const found = findShapes([tf, ...cells]);
  expect(found.misfits).toEqual([]);
  const last = cells.length;
  const y = found.shapes.findLast(
    ({ cell, start, end }) => cell === last && cells[last - 1]!.slice(start, end) === 'y',
  );
  return y && shapeText(y.shape);
};

describe('models', () => {
  const make = 'const y = tf.sequential();\ny.add(tf.layers.dense({ units: 8, inputShape: [4] }));';

  it('have the layers that are added to them', () => {
    expect(lastShape(`${make}\ny.add(tf.layers.dense({ units: 2 }));\ny`)).toBe('[?, 2]');
    expect(lastShape(make, 'y.add(tf.layers.dense({ units: 2 }));', 'y.summary(); display(y); y')).toBe('[?, 2]');
    expect(lastShape(`function build() {\n${make}\nreturn y;\n}`)).toBe('[?, 8]');
  });

  it('are unknown where others may add to them', () => {
    const more = 'tf.layers.dense({ units: 2 })';
    for (const code of [
      `for (const i of [1, 2]) y.add(${more});`,
      `if (deep) y.add(${more});`,
      `deep && y.add(${more});`,
      `const f = () => y.add(${more}); f();`,
      'grow(y);',
      'const other = y;',
      'y.pop();',
      'y.add(...layers);',
      'y = other;',
      'y.add(layer);',
    ])
      expect([code, lastShape(`let deep, layer;${make.replace('const', 'let')}`, code, 'y')]).toEqual([
        code,
        undefined,
      ]);
  });

  it('say what they take and what they give, and layers what comes from them', () => {
    const code = `${make}\nconst p = y.predict(tf.zeros([5, 4]));`;
    const told = findShapes([tf, code]).shapes.map(({ start, end, shape, from }) => [
      code.slice(start, end),
      from && shapeText(from),
      shapeText(shape),
    ]);
    expect(told).toContainEqual(['y', '[?, 4]', '[?, 8]']);
    expect(told).toContainEqual(['dense', undefined, '[?, 8]']);
    expect(told).toContainEqual(['predict', undefined, '[5, 8]']);
    expect(told.at(-1)).toEqual(['p', undefined, '[5, 8]']);
  });

  it('do not learn from labels of another rank', () => {
    const layers =
      'tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }), tf.layers.dense({ units: 3 })';
    const model = `const m = tf.sequential({ layers: [${layers}] });`;
    const { misfits: found } = findShapes([tf, model, 'await m.fit(tf.zeros([9, 8, 8, 1]), tf.zeros([9, 3]));']);
    expect(found.map(({ cell, message }) => [cell, /flatten/.test(message)])).toEqual([[2, true]]);
  });
});

describe('right programs have none', () => {
  it.each([
    ['a variable that is assigned', 'let h = tf.zeros([2, 3]); h = h.reshape([3, 2]); h.matMul(tf.ones([2, 4]));'],
    ['an accumulator', 'let acc = tf.scalar(0); for (const g of grads) acc = acc.add(g); acc.reshape([2, 2]);'],
    [
      'a name that hides another',
      'const x = tf.zeros([2, 3]); const f = (x) => x.reshape([7]); { const x = load(); x.add(tf.ones([9])); }',
    ],
    ['a destructured name', 'const x = tf.zeros([2]); { const { x } = load(); x.add(tf.ones([9])); }'],
    ['an error that is caught', 'try { tf.zeros([2]).add(tf.ones([3])); } catch (e) { console.log(e); }'],
    [
      'an error that is wanted',
      'assert.throws(() => tf.zeros([2]).add(tf.ones([3]))); expect(() => tf.zeros([2]).sum(5)).toThrow();',
    ],
    ['broadcasting with unknown sizes', 'const x = tf.zeros([n, 3]); x.add(tf.ones([5, 3])).matMul(tf.ones([3, 1]));'],
    ['another library', 'const x = np.zeros([2, 3]); x.matMul(np.ones([2, 3]));'],
    ['a method of a class', 'class A { x = tf.zeros([2]); x2() { return this.x.add(tf.ones([3])); } }'],
    ['a declaration in a later cell', 'function f() { return w.reshape([6]); }'],
    ['a `var` in a block', '{ var w = load(); } w.matMul(tf.ones([3, 3]));'],
    ['a function in a block', 'if (a) { function w() {} } w.matMul(tf.ones([3, 3]));'],
    ['an assertion that is assigned to', '(w as any) = load(); w.matMul(tf.ones([3, 3]));'],
    ['an error of a promise', '(async () => tf.zeros([2]).add(tf.ones([3])))().catch(() => {});'],
    ['a first layer that has been applied', 'const l = tf.layers.dense({ units: 2 }); tf.sequential({ layers: [l] });'],
    ['options that are not known', 'tf.sequential({ layers: [tf.layers.dense({ units: 2, ...more })] });'],
    ['words that are no names', 'x?.w; ({ w: 1, w() {} }); class K { w() {} } import.meta.w;'],
    ['types', 'type T = { x: number }; const x = tf.zeros([2]); const t: T = { x: 1 }; interface I { x: string }'],
  ])('%s', (_, code) => {
    const again = 'var w = tf.zeros([6]);';
    expect(findShapes([tf, 'const w = tf.zeros([2, 4]);', code, again]).misfits).toEqual([]);
  });

  const code = (notebook: { cells: readonly { kind: string; source: string | readonly string[] }[] }) =>
    notebook.cells.filter(({ kind }) => kind === 'code').map(({ source }) => [source].flat().join('\n'));

  it('in any sample and model notebook', () => {
    const samples = path.join(root, 'samples');
    for (const name of readdirSync(samples).filter((file) => file.endsWith('.dlnb'))) {
      const notebook = JSON.parse(readFileSync(path.join(samples, name), 'utf8')) as Parameters<typeof code>[0];
      expect([name, findShapes(code(notebook)).misfits]).toEqual([name, []]);
    }
    for (const choice of everyChoice()) expect(findShapes(code(modelNotebook(choice))).misfits).toEqual([]);
  });

  it('in the code of the tests of gradients', () => {
    const folder = path.join(root, 'test/gradients/cases');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts')))
      expect([name, findShapes([tf, readFileSync(path.join(folder, name), 'utf8')]).misfits]).toEqual([name, []]);
  });

  it("in TensorFlow.js's own specs, but where they want an error", { timeout: 120_000 }, () => {
    const folder = path.join(root, 'node_modules/@tensorflow/tfjs-core/dist/ops');
    const wrong: string[] = [];
    let count = 0;
    for (const name of readdirSync(folder).filter((file) => file.endsWith('_test.js'))) {
      const text = readFileSync(path.join(folder, name), 'utf8').replace(/^import \* as tf from .*$/m, '');
      const { misfits: found, shapes } = findShapes([tf, text]);
      count += shapes.length;
      for (const { start, end } of found)
        if (!/^[^]{0,60}\n[^\n]*\.toThrow/.test(text.slice(end))) wrong.push(`${name}: ${text.slice(start, end)}`);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(10_000);
  });

  it('where a cell with errors has a name', () => {
    const cells = [
      'let h = tf.zeros([2, 3]); const k = tf.ones([2, 3]);',
      'h = h.reshape([3, 2]',
      'h.matMul(tf.ones([2, 4])); k.matMul(k)',
    ];
    expect(findShapes([tf, ...cells]).misfits.map(({ cell, start }) => [cell, start])).toEqual([[3, 29]]);
  });

  it('in code that is nested too deeply to be read', () => {
    const sum = `const x = ${'a + '.repeat(20_000)}a;`;
    expect(findShapes([tf, 'const x = tf.zeros([2, 3]);', sum, 'x.matMul(x)']).misfits).toEqual([]);
  });
});

describe('an edit', () => {
  const code = [tf, 'const x = tf.zeros([2, 3]);', 'const y = x.sum(0);', 'const z = y.add(x);', 'z.matMul(x);'];
  const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;

  it('gives what reading all cells gives', () => {
    const kept = new NotebookShapes();
    const document = new VirtualDocument();
    const parts = [
      ...code,
      'x.matMul(y);',
      'const x = tf.zeros([7]);',
      'x = load();',
      'const x = (',
      'function f() { x.add(y); }',
    ];
    const next = random(5);
    let cells = cellsOf(...code);
    for (let i = 0; i < 300; i++) {
      const at = 1 + Math.floor(next() * (cells.length - 1));
      const text = parts[Math.floor(next() * parts.length)]!;
      const id = `new${i}`;
      if (next() < 0.2) cells = cells.toSpliced(at, 0, { ...cells[at]!, id, text });
      else if (next() < 0.2 && cells.length > 3) cells = cells.toSpliced(at, 1);
      else cells = cells.with(at, { ...cells[at]!, text });
      document.update(cells);
      expect([...kept.of(document)]).toEqual([...new NotebookShapes().of(new VirtualDocument(cells))]);
    }
  });

  it('reads only the cell, and those that use what it changes', () => {
    const kept = new NotebookShapes();
    const cells = cellsOf(...code);
    const document = new VirtualDocument(cells);
    const before = kept.of(document);
    document.update(cells.with(2, { ...cells[2]!, text: 'const y = x.max(0);' }));
    const after = kept.of(document);
    expect(cells.map(({ id }) => after.get(id) === before.get(id))).toEqual([true, true, false, true, true]);
  });

  it('of one cell of 500 costs less than 3 ms beside reading the cell', () => {
    const text = (k: number) =>
      `const x${k} = tf.ones([${k + 1}, 2]);\nfor (let i = 0; i < 3; i++) {\n  const t = x${k}.add(i).mul(2);\n  t.print();\n}\nlet rate${k} = ${k};`;
    const cells = cellsOf(tf, ...Array.from({ length: 500 }, (_, k) => text(k)));
    const document = new VirtualDocument(cells);
    const kept = new NotebookShapes();
    kept.of(document);
    const times: number[] = [];
    for (let i = 0; i < 60; i++) {
      cells[250] = { ...cells[250]!, text: `${cells[250]!.text}x` };
      document.update([...cells]);
      const began = performance.now();
      kept.of(document);
      times.push(performance.now() - began);
    }
    // The median: another process may hold up some
    expect(times.sort((a, b) => a - b)[30]).toBeLessThan(3);
  });
});
