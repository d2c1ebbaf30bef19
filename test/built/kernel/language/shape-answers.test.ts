// Shapes in hovers and diagnostics, with the real server: beside what TypeScript says.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Language } from '../../../../kernel/language/notebook.ts';
import { findProgram } from '../../../../kernel/language/server.ts';
import { dist } from '../../../paths.ts';
import { cellsOf } from '../../../unit/kernel/language/find-shapes.ts';

let folder: string;
let language: Language;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-shapes-'));
  language = new Language({ program: findProgram(dist)!, types: path.join(dist, 'types'), folder, log: () => {} });
});
afterAll(async () => {
  await language.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const TF = "import * as tf from '@tensorflow/tfjs';";

/** The hover on the last place where a name stands. */
async function hoverOn(name: string, ...cells: string[]) {
  const notebook = language.open(path.join(folder, 'hover.dlnb'), cellsOf(TF, ...cells));
  try {
    const last = cells.at(-1)!;
    const lines = last.slice(0, last.lastIndexOf(name)).split('\n');
    return await notebook.hover(`${cells.length}`, { line: lines.length - 1, character: lines.at(-1)!.length + 1 });
  } finally {
    notebook.close();
  }
}
const diagnosticsOf = async (...cells: string[]) => {
  const notebook = language.open(path.join(folder, 'check.dlnb'), cellsOf(TF, ...cells));
  try {
    return (await notebook.diagnostics()).filter(({ severity }) => severity === 'error');
  } finally {
    notebook.close();
  }
};

it('a hover says the shape behind the type, in front of the documentation', async () => {
  const x = 'const xs = tf.zeros([64, 784]);';
  const variable = await hoverOn('logits', x, 'const w = tf.ones([784, 10]);\nconst logits = xs.matMul(w);\nlogits;');
  expect(variable!.text).toMatch(/^```[a-z]+\n(?:const logits: .*)\n```\n\nshape `\[64, 10\]`$/);
  expect(variable!.range).toEqual({
    cell: '2',
    range: { start: { line: 2, character: 0 }, end: { line: 2, character: 6 } },
    exact: true,
  });
  const method = await hoverOn('mean', x, 'tf.mean(xs, 0)');
  expect(method!.text).toMatch(/^```[a-z]+\n[^]*?\n```\n\nshape `\[784\]`\n\n.*\w/);
  const model = await hoverOn(
    'net',
    'const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });',
  );
  expect(model!.text).toMatch(/\n```\n\nshape `\[\?, 4\]` → `\[\?, 3\]`/);
});

it('a hover on what has no known shape is as TypeScript says it', async () => {
  expect((await hoverOn('size', 'const size = 3;'))!.text).not.toContain('shape');
  expect((await hoverOn('xs', 'declare const xs: tf.Tensor;'))!.text).not.toContain('shape');
});

it('calls that cannot fit are errors at their place, in order with those of TypeScript', async () => {
  const found = await diagnosticsOf(
    "const a = tf.zeros([2, 3]);\nconst n: number = 'a';",
    "a.add(tf.ones([2]));\na.matMul(a); const m: number = 'b';",
  );
  expect(
    found.map(({ cell, range: { start, end }, code }) => [cell, start.line, start.character, end.character, code]),
  ).toEqual([
    ['1', 1, 6, 7, 2322],
    ['2', 0, 2, 19, 'shape'],
    ['2', 1, 2, 11, 'shape'],
    ['2', 1, 19, 20, 2322],
  ]);
});

it('a comment silences them as it silences TypeScript, and a cell that cannot be read has none', async () => {
  expect(
    await diagnosticsOf(
      'const a = tf.zeros([2, 3]);',
      '// @ts-ignore\na.matMul(a);\r\n  // @ts-expect-error: to be seen\r\na.matMul(a);',
    ),
  ).toEqual([]);
  const broken = await diagnosticsOf('const a = tf.zeros([2, 3]);', 'a.matMul(a); const b = ;');
  expect(broken.filter(({ code }) => code === 'shape')).toEqual([]);
});
