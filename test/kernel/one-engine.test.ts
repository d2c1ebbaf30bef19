// One TensorFlow.js in the process, whatever is imported: packages that require or import it, of any version and in any
// order, get the kernel's copy, and a copy that is bundled inside a package leaves the kernel's device as it is. The
// packages here are made for the test; what they import is the real TensorFlow.js in node_modules.
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../paths.ts';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
afterEach(() => k.stop());

const json = (value: object) => JSON.stringify(value);
const parts = ['tfjs', 'tfjs-core', 'tfjs-layers', 'tfjs-converter'];

const files = {
  // CommonJS, with ops at its top level
  'node_modules/common/package.json': json({
    name: 'common',
    main: 'a.js',
    peerDependencies: { '@tensorflow/tfjs': '4' },
  }),
  'node_modules/common/a.js': `
    exports.copies = [${parts.map((p) => `require('@tensorflow/${p}')`).join(', ')}];
    exports.tf = exports.copies[0];
    exports.data = require('@tensorflow/tfjs-data');
    exports.conv = require('@tensorflow/tfjs-core/dist/ops/conv_util');
    exports.core = require('@tensorflow/tfjs-core/dist/index.js');
    exports.util = require('@tensorflow/tfjs-core/dist/util');
    require('@tensorflow/tfjs-backend-cpu');
    exports.wasm = require('@tensorflow/tfjs-backend-wasm');
    exports.sum = exports.tf.tidy(() => exports.tf.sum(exports.tf.ones([3])).dataSync()[0]);`,
  // An ES module, with parts that export the same names
  'node_modules/modern/package.json': json({
    name: 'modern',
    type: 'module',
    exports: './a.js',
    dependencies: { common: '1' },
  }),
  'node_modules/modern/a.js': `
    import tf, { add, tensor as make } from '@tensorflow/tfjs';
    import * as core from '@tensorflow/tfjs-core';
    import { computeConv2DInfo } from '@tensorflow/tfjs-core/dist/ops/conv_util';
    import { generator } from '@tensorflow/tfjs-data';
    import '@tensorflow/tfjs-backend-webgl';
    import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
    import * as common from 'common';
    export * from '@tensorflow/tfjs-core';
    export * from '@tensorflow/tfjs-layers';
    export * from '@tensorflow/tfjs-backend-cpu';
    setWasmPaths('/');
    export const copies = [tf, core.engine().constructor, common.tf, (await import('@tensorflow/tfjs')).default];
    export const sum = add(make([1]), 2).dataSync()[0];
    export { core as whole, computeConv2DInfo, generator, version_wasm };`,
  // Does not say that it needs TensorFlow.js
  'node_modules/hidden/package.json': json({ name: 'hidden', main: 'a.js' }),
  'node_modules/hidden/a.js': `
    const name = '@tensorflow' + '/tfjs';
    exports.tf = require(name);
    exports.late = () => import(name);`,
  // Brings an old version of its own
  'node_modules/old/package.json': json({ name: 'old', main: 'a.js', dependencies: { '@tensorflow/tfjs-core': '3' } }),
  'node_modules/old/a.js': "exports.tf = require('@tensorflow/tfjs-core');",
  'node_modules/old/b.mjs': "export * as tf from '@tensorflow/tfjs-core';",
  'node_modules/old/node_modules/@tensorflow/tfjs-core/package.json': json({
    name: '@tensorflow/tfjs-core',
    version: '3.21.0',
    main: 'a.js',
  }),
  'node_modules/old/node_modules/@tensorflow/tfjs-core/a.js': `
    module.exports = require(${json(path.join(root, 'node_modules/@tensorflow/tfjs') as never)});`,
  // Files of the user
  'model.cjs': `
    const tf = require('@tensorflow/tfjs');
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 1, inputShape: [2] }));
    module.exports = { model, tf, common: require('common') };`,
  'model.js': "const tf = require('@tensorflow/tfjs-core'); exports.tf = tf; exports.one = tf.scalar(1).dataSync()[0];",
  'model.mjs':
    "import * as tf from '@tensorflow/tfjs-core'; export { tf }; export const one = tf.scalar(1).dataSync()[0];",
  'model.ts':
    "import tf = require('@tensorflow/tfjs'); export { tf }; export const one: number = tf.scalar(1).dataSync()[0]!;",
  'layers.ts': "import { dense } from '@tensorflow/tfjs-layers/dist/exports_layers'; export { dense };",
};

const bundle = 'node_modules/bundled/a.js';
let bundled = '';
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export * as tf from '@tensorflow/tfjs'", resolveDir: root },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['node-fetch'],
  });
  bundled = outputFiles[0]!.text;
});

function start(more: Record<string, string> = {}): void {
  k = new TestKernel({ ...files, ...more }, { device: 'cpu' });
  // What would be loaded without the hooks
  mkdirSync(path.join(k.dir, 'node_modules'), { recursive: true });
  symlinkSync(path.join(root, 'node_modules/@tensorflow'), path.join(k.dir, 'node_modules/@tensorflow'), 'junction');
}

/** Runs a cell that must print nothing; its value as text. */
async function value(code: string): Promise<string | undefined> {
  const { error, stdout, stderr, text } = await k.run(code);
  expect([error?.message, stdout, stderr]).toEqual([undefined, '', '']);
  return text;
}

const lookup = "['BatchMatMul', 'Conv2D', 'FFT', 'Abs'].map((n) => tf.getKernel(n, 'cpu').kernelFunc)";
const lookupGradients = "['Max', 'Conv3D', 'BatchMatMul', 'Prelu'].map((n) => tf.getGradient(n).gradFunc)";

/** Checks that the device is the kernel's: its op kernels, gradients and numbers. */
async function expectIntact(): Promise<void> {
  await value("import * as tf from '@tensorflow/tfjs'");
  expect(
    await value(`[tf.getBackend(), typeof kernels === 'undefined' || ${lookup}.every((f, i) => f === kernels[i]),
      typeof gradients === 'undefined' || ${lookupGradients}.every((f, i) => f === gradients[i])]`),
  ).toBe("[ 'cpu', true, true ]");
  const fft = `tf.tidy(() => {
    const a = tf.randomUniform([64, 64], -1, 1, 'float32', 1);
    return tf.max(tf.abs(tf.sub(tf.spectral.irfft(tf.spectral.rfft(a)), a))).dataSync()[0] < 1e-5;
  })`;
  expect(await value(fft)).toBe('true');
  // TensorFlow.js has no gradient of either. Along each axis, 4, 6 and 4 places see the three rows of the filter
  const dilated = `tf.grads((x, f) => tf.conv2d(x, f, 1, 'same', 'NHWC', 2).sum())([tf.ones([1, 6, 6, 1]), tf.ones([3, 3, 1, 1])]).map((g) => tf.sum(g).dataSync()[0])`;
  expect(await value(dilated)).toBe('[ 196, 196 ]');
  const batched = `tf.grads((a, b) => tf.matMul(a, b).sum())([tf.ones([2, 3, 4]), tf.ones([4, 5])]).map((g) => g.shape)`;
  expect(await value(batched)).toBe('[ [ 2, 3, 4 ], [ 4, 5 ] ]');
}

const before = `import * as tf from '@tensorflow/tfjs'; const kernels = ${lookup}; const gradients = ${lookupGradients}; undefined`;

describe.each(['the cell first', 'the package first'])('%s', (order) => {
  const begin = async () => {
    start();
    if (order === 'the cell first') await value(before);
  };

  it('shares with a CommonJS package', async () => {
    await begin();
    expect(await value("import * as common from 'common'; common.sum")).toBe('3');
    await expectIntact();
    expect(
      await value(
        '[common.copies.every((c) => c.add === tf.add && c.engine() === tf.engine()), common.core.add === tf.add, common.data.generator === tf.data.generator]',
      ),
    ).toBe('[ true, true, true ]');
    expect(
      await value(
        '[common.conv.computeConv2DInfo === tf.backend_util.computeConv2DInfo, common.util.sizeFromShape === tf.util.sizeFromShape, typeof common.wasm.setWasmPaths, common.wasm.add]',
      ),
    ).toBe("[ true, true, 'function', undefined ]");
  });

  it('shares with an ES module', async () => {
    await begin();
    expect(await value("import * as modern from 'modern'; modern.sum")).toBe('3');
    await expectIntact();
    expect(
      await value(
        '[modern.copies[0].add === tf.add, modern.copies[1] === tf.engine().constructor, modern.copies[2].add === tf.add, modern.copies[3].add === tf.add, modern.add === tf.add, modern.layers === tf.layers]',
      ),
    ).toBe('[ true, true, true, true, true, true ]');
    expect(
      await value(
        '[modern.whole.Tensor === tf.Tensor, modern.computeConv2DInfo === tf.backend_util.computeConv2DInfo, modern.generator === tf.data.generator, modern.version_wasm]',
      ),
    ).toBe("[ true, true, true, '4.22.0' ]");
  });

  it('shares with a package that is required, and one that does not say that it needs it', async () => {
    await begin();
    expect(await value("const common = require('common'); common.sum")).toBe('3');
    expect(await value("import * as hidden from 'hidden'; hidden.tf.add(1, 2).dataSync()[0]")).toBe('3');
    expect(await value('(await hidden.late()).add === hidden.tf.add')).toBe('true');
    await expectIntact();
    expect(await value('[common.tf.add === tf.add, hidden.tf.add === tf.add]')).toBe('[ true, true ]');
  });

  it('shares with a package that brings another version', async () => {
    await begin();
    expect(
      await value("import * as old from 'old'; import { tf as inner } from 'old/b.mjs'; old.tf.add === inner.add"),
    ).toBe('true');
    await expectIntact();
    expect(await value('[old.tf.add === tf.add, inner.version_core]')).toBe("[ true, '4.22.0' ]");
  });

  it('shares with files of the user', async () => {
    await begin();
    expect(await value("import common from './model.cjs'; common.model.predict(common.tf.ones([1, 2])).shape")).toBe(
      '[ 1, 1 ]',
    );
    expect(await value("const js = require('./model.js'); js.one")).toBe('1');
    expect(await value("import * as mjs from './model.mjs'; mjs.one")).toBe('1');
    expect(await value("import * as ts from './model.ts'; ts.one")).toBe('1');
    expect(await value("import { dense } from './layers.ts'; dense({ units: 1 }).getClassName()")).toBe("'Dense'");
    await expectIntact();
    expect(await value('[common.tf, common.common.tf, js.tf, mjs.tf, ts.tf].map((copy) => copy.add === tf.add)')).toBe(
      '[ true, true, true, true, true ]',
    );
  });

  it('keeps its device beside a copy that is bundled inside a package', async () => {
    start({ [bundle]: bundled, 'node_modules/bundled/package.json': json({ name: 'bundled', main: 'a.js' }) });
    if (order === 'the cell first') await value(before);
    // The copy recommends other packages at its first op
    const { error } = await k.run("import { tf as inner } from 'bundled'; inner.matMul([[1]], [[2]]).dataSync()");
    expect(error).toBeUndefined();
    await expectIntact();
    expect(await value('[inner.engine() === tf.engine(), inner.getBackend(), inner.add(1, 2).dataSync()[0]]')).toBe(
      "[ false, 'cpu', 3 ]",
    );
    await expectIntact();
  });
});

it('shares with packages where TensorFlow.js is not installed', async () => {
  k = new TestKernel(files, { device: 'cpu' });
  expect(await value("import * as modern from 'modern'; import { tf as common } from 'common'; modern.sum")).toBe('3');
  expect(await value("import { add } from '@tensorflow/tfjs'; [modern.add === add, common.add === add]")).toBe(
    '[ true, true ]',
  );
});

it('gives cells the same for every name', async () => {
  start();
  expect(
    await value(
      `import * as tf from '@tensorflow/tfjs'; import * as core from '@tensorflow/tfjs-core'; import * as node from '@tensorflow/tfjs-node';
       import { generator } from '@tensorflow/tfjs-data'; import { conv2d } from '@tensorflow/tfjs-core/dist/ops/conv2d';
       import '@tensorflow/tfjs-backend-webgl';
       [core.add, node.add, require('@tensorflow/tfjs-layers').add, (await import('@tensorflow/tfjs-converter')).add].every((f) => f === tf.add) && conv2d === tf.conv2d && generator === tf.data.generator`,
    ),
  ).toBe('true');
});

it('keeps its op kernels, gradients and backends when others are registered', async () => {
  start();
  await value(before);
  const { stderr } = await k.run(
    `tf.registerKernel({ kernelName: 'Abs', backendName: 'cpu', kernelFunc: () => { throw new Error('theirs') } });
     tf.registerKernel({ kernelName: 'Conv2D', backendName: 'cpu', kernelFunc: () => { throw new Error('theirs') } });
     tf.registerGradient({ kernelName: 'Max', gradFunc: () => ({}) });
     tf.registerBackend('cpu', () => ({}))`,
  );
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining('keeps its own op kernels: "Abs" was not replaced'),
    expect.stringContaining('keeps its own gradients: "Max" was not replaced'),
  ]);
  const missing = await k.run("await tf.setBackend('wasm')");
  expect(missing.error?.message).toMatch(/^tf\.setBackend: there is no backend "wasm" here\. .* own device "cpu"/);
  await expectIntact();
  expect(
    await value(
      `tf.registerKernel({ kernelName: 'Twice', backendName: 'cpu', kernelFunc: ({ inputs }) => tf.mul(inputs.x, 3) });
       tf.registerKernel({ kernelName: 'Twice', backendName: 'cpu', kernelFunc: ({ inputs }) => tf.mul(inputs.x, 2) });
       tf.engine().runKernel('Twice', { x: tf.scalar(4) }).dataSync()[0]`,
    ),
  ).toBe('8');
});
