// `optim`, `losses` and `metrics` in cells: their types, what a hover says of each, and the example of docs/using.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { dist, root } from '../../../../paths.ts';
import { errorsOf, hoverOf, programOf } from '../../language/compiled.ts';

const head = `import * as tf from '@tensorflow/tfjs';\nimport { losses, metrics, optim } from 'dlnb';\n`;
const setting = `const x = tf.zeros([4, 8]);\nconst model = tf.sequential();\nconst v = tf.variable(x);\n`;
const manual = readFileSync(join(root, 'docs/using.md'), 'utf8');
const example = /### Optimizers, losses and metrics[^]*?```ts\n([^]*?)```/.exec(manual)![1]!;

const cases: [code: string, error?: RegExp][] = [
  ["model.compile({ optimizer: optim.adam(), loss: losses.huber(), metrics: [metrics.accuracy(), 'mae'] });"],
  [
    'model.compile({ optimizer: optim.sgd({ momentum: 0.9 }), loss: losses.dice(), weightedMetrics: [metrics.auc()] });',
  ],
  ['optim.lion({ learningRate: optim.warmUp({ steps: 3, then: optim.oneCycle({ rate: 1, steps: 9 }) }) });'],
  ['optim.adam({ learningRate: (step) => 1 / step }).minimize(() => losses.huber().mean(x, v.mul(2)), false, [v]);'],
  ['const rate = optim.plateau({ rate: 1 }); await model.fit(x, x, { callbacks: rate.callback() }); rate.update(1);'],
  [
    'const ema = optim.ema([v]); ema.update(); const n: number = ema.use(() => 3); await model.fit(x, x, { callbacks: ema.callback() });',
  ],
  ['const found = await optim.findLearningRate({ model, x, y: x }); found.suggested.toFixed();'],
  [
    "import type { Loss, Optimizer, CountingMetric, RateSchedule } from 'dlnb'; let a: Loss | Optimizer | CountingMetric | RateSchedule | undefined;",
  ],
  ['const { auc } = await metrics.rocCurve([0, 1], [0.2, 0.7]); auc.toFixed();'],
  ['metrics.meanAveragePrecision().update([], [{ box: [0, 0, 1, 1], label: "a" }]);'],
  ['const value: tf.Tensor = losses.studentTNll({ df: 3 })(x, x);'],
  ['optim.adam({ beta_1: 0.9 });', /'beta_1' does not exist/],
  ["optim.sgd({ momentum: 'high' });", /'string' is not assignable/],
  ["losses.gaussianNll({ link: 'square' });", /not assignable/],
  ['losses.gaussianMixtureNll({});', /'components' is missing/],
  ["metrics.f1Score({ average: 'mean' });", /not assignable/],
];

describe('types in cells', () => {
  const files = Object.fromEntries(
    cases.map(([code], i) => {
      const imports = [...code.matchAll(/import type [^;]*;/g)].map(([line]) => line).join('\n');
      return [
        `case${i}.ts`,
        `${head}${imports}\n${setting}${code.replace(/import type [^;]*;/g, '')}\nvoid [losses, metrics, optim];`,
      ];
    }),
  );
  const program = programOf({ ...files, 'example.ts': example });

  it.each(cases.map(([code, error], i) => ({ code, error, i })))('$code', ({ error, i }) => {
    const errors = errorsOf(program, `case${i}.ts`);
    if (!error) return expect(errors).toEqual([]);
    expect(errors.join('\n')).toMatch(error);
    expect(errors).toHaveLength(1);
  });

  it('hold for the example of the manual', () => {
    expect(errorsOf(program, 'example.ts')).toEqual([]);
  });

  it('say of every function what it does', () => {
    const checker = program.getTypeChecker();
    const file = program.getSourceFile(join(dist, 'types/dlnb/index.d.ts'))!;
    const named = checker.getExportsOfModule(checker.getSymbolAtLocation(file)!);
    for (const part of ['optim', 'losses', 'metrics']) {
      const members = checker.getTypeOfSymbol(named.find(({ name }) => name === part)!).getProperties();
      expect(members.length).toBeGreaterThan(10);
      for (const member of members) {
        const doc = ts.displayPartsToString(member.getDocumentationComment(checker));
        expect(doc.length, `${part}.${member.name}: ${doc}`).toBeGreaterThan(30);
        expect(doc, `${part}.${member.name}`).not.toContain('{@link');
      }
    }
    const text = `${head}optim.adamw; losses.vonMisesNll; metrics.f1Score; losses.categoricalNll;`;
    const hovers = programOf({ 'a.ts': text });
    expect(hoverOf(hovers, 'a.ts', 'adamw').doc).toMatch(/^Adam with decoupled weight decay/);
    expect(hoverOf(hovers, 'a.ts', 'vonMisesNll').doc).toMatch(/angles in radians/);
  });
});
