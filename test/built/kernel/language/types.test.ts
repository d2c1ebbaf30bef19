// The types of cells in dist/types/, as a folder without node_modules has them: what is right is no error, what is wrong
// is one, and every name says what it is.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { everyChoice } from '../../../../kernel/notebook/scaffold/choices.ts';
import { modelNotebook } from '../../../../kernel/notebook/scaffold/notebook.ts';
import { optionsOf } from '../../../../kernel/tensors/layers/option-names.ts';
import { dist, root } from '../../../paths.ts';
import { errorsOf, hoverOf, joined, programOf, types } from './compiled.ts';

const head = `import * as tf from '@tensorflow/tfjs';\nimport { check, data, nn, train, viz } from 'dlnb';\n`;
const setting = `const x = tf.zeros([4, 8]);\nconst model = tf.sequential();\n`;

/** Code, and what the compiler must say about it; nothing if it is right. */
const cases: [code: string, error?: RegExp][] = [
  // The module dlnb
  ['display(md);', /Cannot find name 'md'/],
  ["const shown: Promise<void> = display(1, { id: 'a' });"],
  ["display(1, { identity: 'a' });", /'identity' does not exist/],
  ['viz.line([1, 2, 3], { logY: true });'],
  ['viz.lines([1]);', /Did you mean 'line'/],
  ['viz.histogram([1], { bin: 3 });', /'bin' does not exist/],
  ["const run = train.record('a'); for (const e of run.epochs(3)) run.epoch({ loss: e });"],
  ["train.record('a').step({ loss: 'low' });", /'string' is not assignable/],
  ['const { points, labels, shape } = data.moons({ n: 10, seed: 1 }); const s: [number, number] = shape;'],
  ['const r: tf.LayersModel = nn.resnet({ depth: 20 });'],
  ['const step = train.compileStep((a: tf.Tensor) => a.square()); step(x).print(); step.state.replayed.toFixed();'],
  ["import type { Recorder, Numbers } from 'dlnb'; const n: Numbers = [1]; let r: Recorder | undefined;"],
  ["import { makeLibrary } from 'dlnb';", /no exported member 'makeLibrary'/],
  // What TensorFlow.js lacks
  ['tf.train.adamw(0.001, 0.9, 0.999, null, 0.01); tf.train.lion(1e-4); tf.train.nadam();'],
  ["tf.train.adamw('fast');", /'string' is not assignable/],
  ['const o: tf.AdamWOptimizer = tf.train.adamw(); const l: tf.LionOptimizer = tf.train.lion();'],
  ['const s = tf.train.compileStep((a: tf.Tensor) => a); s(x);'],
  ["import fs from 'node:fs'; const image: tf.Tensor3D = tf.image.decode(fs.readFileSync('a.png'), 3);"],
  ['tf.image.decode(new Uint8Array(3), 2);', /'2' is not assignable/],
  ['tf.losses.sparseSoftmaxCrossEntropy([0, 1], x).print();'],
  ['tf.tensor(new Float64Array(3)); tf.tensor1d([1n, 2n]); tf.tensor2d(new Int8Array(4), [2, 2]);'],
  // Options of layers
  ['tf.layers.reLU({ negativeSlope: 0.1, threshold: 1 });'],
  ['tf.layers.leakyReLU({ negativeSlope: 0.1 });', /'negativeSlope' does not exist/],
  ['tf.layers.conv1d({ filters: 4, kernelSize: 3, groups: 2, padding: "causal" });'],
  ['tf.layers.conv2d({ filters: 4, kernelSize: 3, groups: 2 });'],
  ['tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, groups: 2 });', /'groups' does not exist/],
  ['tf.layers.depthwiseConv2d({ kernelSize: 3, kernelInitializer: "zeros" });', /not assignable to type 'undefined'/],
  ['tf.layers.gru({ units: 4, resetAfter: true, activityRegularizer: "l1l2" });'],
  ['tf.layers.dense({ units: 4, activation: tf.relu }); tf.layers.dense({ units: 4, activation: (t) => t.sin() });'],
  ["tf.layers.dense({ units: 4, activation: 'rleu' });", /not assignable/],
  ['tf.layers.dense({ unit: 4 });', /'unit' does not exist|Did you mean/],
  ['tf.layers.gaussianNoise({ stddev: 1, seed: 3 }); tf.layers.spatialDropout1d({ rate: 0.5, inputShape: [3, 4] });'],
  ['tf.layers.globalMaxPooling1d({ keepDims: true, dataFormat: "channelsFirst" });'],
  // Training
  [
    "model.compile({ optimizer: 'adamw', loss: 'sparse_categorical_crossentropy', metrics: ['acc'], lossWeights: [1] });",
  ],
  ["model.compile({ optimizer: 'adam', los: 'mse' });", /'los' does not exist/],
  ["model.compile({ optimizer: 'sgd', loss: { a: 'meanSquaredError', b: tf.losses.huberLoss } });"],
  ['await model.fit(x, x, { sampleWeight: [1, 2, 3, 4], validationData: [x, x, tf.ones([4])] });'],
  ['await model.fit({ a: x }, { b: x }, { callbacks: [train.callback(), { onEpochEnd: () => {} }] });'],
  ['await model.fit(x, x, { callbacks: train.callback("a") });'],
  ['tf.callbacks.earlyStopping({ restoreBestWeights: true, startFromEpoch: 2 });'],
  ['await model.fit(x, x, { callbacks: tf.callbacks.reduceLROnPlateau({ factor: 0.5, minLr: 1e-5 }) });'],
  ['tf.callbacks.modelCheckpoint({ filepath: "file://a", saveBestOnly: true });'],
  ['tf.callbacks.modelCheckpoint({});', /'filepath' is missing/],
  ['await model.fit(x, x, { epoch: 3 });', /'epoch' does not exist/],
  ['await model.trainOnBatch(x, x, { sampleWeight: [1, 1, 1, 1] });'],
  ['model.evaluate(x, x, { sampleWeight: [1, 2, 3, 4] });'],
  ['tf.metrics.precision(x, x, 0.3); tf.metrics.topKCategoricalAccuracy(x, x, 3); tf.metrics.f1Score(x, x);'],
  ['for await (const row of tf.data.csv("a.csv")) console.log(row);'],
  // Tensors and their methods
  ['const y: tf.Tensor = tf.matMul(x, x, false, true).add(1).relu();'],
  [
    'const a: tf.Tensor2D = tf.tensor2d([[1, 2]]); const b: tf.Tensor2D = a.matMul(a, false, true).add(1).relu(); const s: tf.Scalar = a.norm(); const v: tf.Tensor1D = a.dot([1, 2]);',
  ],
  [
    'const t: tf.Tensor2D = tf.zeros([2, 3]); const f = (p: tf.Tensor2D) => p.sum(0) as tf.Tensor1D; f(t.matMul(t)); f(x.matMul(x));',
  ],
  // A rank that is not known is any rank; a known one is held to
  ['const t: tf.Tensor2D = x.squeeze([1]).add(1); const f = (a: tf.Tensor3D) => a.shape; f(x.expandDims(0));'],
  ['const f = (a: tf.Tensor2D) => a.sum(); f(tf.tensor3d([[[1]]]));', /'Tensor3D' is not assignable/],
  ['const t: tf.Tensor3D = tf.tensor2d([[1]]);', /'Tensor2D' is not assignable/],
  ['const n: number = (await tf.tensor2d([[1]]).array())[0][0]; const m: number = x.add(1).mean().arraySync();'],
  ['const n: number = tf.tensor2d([[1]]).arraySync();', /'number\[\]\[\]' is not assignable/],
  ['const rows: number[][] = x.relu().arraySync(); x.relu().shape.map((d) => d.toFixed());'],
  ['const s: string = x.relu().shape[0];', /'number' is not assignable/],
  ['const y: tf.Tensor2D = model.predict(x); const all: tf.Tensor[] = model.predict([x, x]); all.at(-1)!.print();'],
  ['const y: string = model.predict(x);', /not assignable to type 'string'/],
  ['const s = tf.layers.dense({ units: 1 }).apply(tf.input({ shape: [3] })); tf.model({ inputs: s, outputs: s });'],
  [
    'const y: tf.Tensor2D = tf.layers.dense({ units: 1 }).apply(x); const s: tf.SymbolicTensor = model.layers[0].output;',
  ],
  ['const { history } = await model.fit(x, x); const last: number = history.loss.at(-1)!; last.toFixed();'],
  ['tf.grads((a: tf.Tensor2D, b: tf.Tensor1D) => a.add(b).sum())([x, x]); tf.grad((a: tf.Tensor1D) => a.sum())(x);'],
  ['const n: number = x;', /not assignable to type 'number'/],
  ['x.foo();', /'foo' does not exist/],
  ["import { computeConv2DInfo } from '@tensorflow/tfjs-core/dist/ops/conv_util'; computeConv2DInfo;"],
  ["import * as node from '@tensorflow/tfjs-node'; node.train.lion();"],
  [
    "import '@tensorflow/tfjs-backend-webgl'; import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'; setWasmPaths('a');",
  ],
  // Globals
  ["const name: string | null = prompt('Name?', 'Ada'); if (confirm('Sure?')) alert(name);"],
  ['prompt(1);', /'number' is not assignable/],
  ["const fs = require('node:fs'); fs.existsSync(__dirname + __filename); process.cwd(); Buffer.from('a');"],
  ["const { dirname, url } = import.meta; new URL('a', url); dirname.length; import.meta.resolve('./a.ts');"],
  ["await fetch('https://example.com'); setTimeout(() => {}, 1); performance.now(); structuredClone({});"],
  ['document.title;', /Cannot find name 'document'/],
];

const JSX = `const Row = ({ name }: { name: string }) => <b>{name}</b>;
export const table = <div class="a"><Row name="x" /><>{1}</></div>;
export const text: string = table.text;`;

describe('types of cells', () => {
  const files = Object.fromEntries(
    cases.map(([code], i) => {
      const imports = [...code.matchAll(/import (?:type )?[^;(]*';/g)].map(([line]) => line).join('\n');
      const body = code.replace(/import (?:type )?[^;(]*';/g, '');
      return [`case${i}.ts`, `${head}${imports}\n${setting}${body}\nvoid [check, data, nn, train, viz, x, model];`];
    }),
  );
  const program = programOf({ ...files, 'jsx.tsx': JSX, 'all.ts': head });

  it.each(cases.map(([code, error], i) => ({ code, error, i })))('$code', ({ error, i }) => {
    const errors = errorsOf(program, `case${i}.ts`);
    if (!error) return expect(errors).toEqual([]);
    expect(errors.join('\n')).toMatch(error);
    expect(errors).toHaveLength(1);
  });

  it('knows JSX as HTML where React is not installed', () => {
    expect(errorsOf(program, 'jsx.tsx')).toEqual([]);
  });

  it('says what functions do, in dlnb and in TensorFlow.js', () => {
    const text = `${head}viz.line; viz.summary; data.mnist; nn.clipByNorm; tf.matMul; tf.train.adamw; display(1);`;
    const hovers = programOf({ 'a.ts': text });
    const doc = (name: string) => hoverOf(hovers, 'a.ts', name).doc;
    expect(doc('line')).toContain('Draws curves');
    expect(doc('summary')).toContain('The layers of a model');
    expect(doc('mnist')).toContain('Loads MNIST');
    expect(doc('clipByNorm')).toMatch(/norm/);
    expect(doc('matMul')).toContain('dot product of two matrices');
    expect(doc('adamw')).toContain('decoupled weight decay');
    expect(doc('display')).toContain('Shows a value under the cell');
  });

  it('has a doc comment for every function of dlnb', () => {
    const checker = program.getTypeChecker();
    const file = program.getSourceFile(path.join(types, 'dlnb/index.d.ts'))!;
    const bare: string[] = [];
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
      if (!(symbol.flags & ts.SymbolFlags.Value)) continue;
      for (const member of [symbol, ...checker.getTypeOfSymbol(symbol).getProperties()]) {
        const signatures = checker.getTypeOfSymbol(member).getCallSignatures();
        const docs = [member, ...signatures].map((said) => said.getDocumentationComment(checker));
        const isOurs = member.declarations?.[0]?.getSourceFile().fileName.includes('/types/dlnb/');
        if (isOurs && docs.every((parts) => parts.length === 0)) bare.push(`${symbol.name}.${member.name}`);
      }
    }
    expect(bare).toEqual([]);
  });

  it('has the options that tf.layers takes, no others', () => {
    const checker = program.getTypeChecker();
    const file = program.getSourceFile(path.join(types, 'tensorflow/tfjs-layers/dist/exports_layers.d.ts'))!;
    const wrong: string[] = [];
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
      const wanted = optionsOf(symbol.name);
      const first = wanted && checker.getTypeOfSymbol(symbol).getCallSignatures()[0]?.parameters[0];
      if (!wanted || !first) continue;
      const typed = checker
        .getNonNullableType(checker.getTypeOfSymbol(first))
        .getProperties()
        .filter((p) => !(checker.getNonNullableType(checker.getTypeOfSymbol(p)).flags & ts.TypeFlags.Never))
        .map(({ name }) => name);
      for (const name of wanted) if (!typed.includes(name)) wrong.push(`${symbol.name} lacks ${name}`);
      for (const name of typed) if (!wanted.includes(name)) wrong.push(`${symbol.name} has ${name}`);
    }
    expect(wrong).toEqual([]);
  });

  it('resolves every name and import of its own declarations', () => {
    const all = programOf({ 'a.ts': head }, { skipLibCheck: false });
    const codes = [2300, 2304, 2305, 2307, 2552, 2688, 2694, 2724];
    const lost = all
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(path.join(dist, 'types')))
      .flatMap((file) => [...all.getSemanticDiagnostics(file)])
      .filter(({ code }) => codes.includes(code))
      .map(({ file, messageText }) => `${file!.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    expect(lost).toEqual([]);
  });
});

describe('notebooks have no errors', () => {
  const samples = path.join(root, 'samples');
  const notebooks = new Map<string, string>();
  for (const name of readdirSync(samples).filter((file) => file.endsWith('.dlnb')))
    notebooks.set(
      name,
      joined(JSON.parse(readFileSync(path.join(samples, name), 'utf8')) as Parameters<typeof joined>[0]),
    );
  for (const choice of everyChoice()) {
    const { architecture, data, optimizer } = choice;
    // The optimizers differ in one cell
    if (optimizer === 'adam' || architecture === 'mlp')
      notebooks.set(`${architecture}-${data}-${optimizer}`, joined(modelNotebook(choice)));
  }
  it('and few casts', () => {
    const casts = (text: string): string[] => {
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if ((ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) && node.type.getText() !== 'const')
          found.push(node.getText());
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));
      return found;
    };
    expect(casts('const a = b as string; const c = [1] as const; const d = <T>e;')).toEqual(['b as string', '<T>e']);
    const isSample = (name: string) => name.endsWith('.dlnb');
    expect([...notebooks].flatMap(([name, text]) => (isSample(name) ? casts(text) : [])).length).toBeLessThanOrEqual(
      10,
    );
    expect([...notebooks].flatMap(([name, text]) => (isSample(name) ? [] : casts(text)))).toEqual([]);
  });

  const program = programOf(Object.fromEntries([...notebooks].map(([name, text]) => [`${name}.ts`, text])));

  it.each([...notebooks.keys()])('%s', (name) => {
    expect(errorsOf(program, `${name}.ts`)).toEqual([]);
  });
});
