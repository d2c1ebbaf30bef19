// Which imports mean TensorFlow.js, and what they are given.
import { expect, it } from 'vitest';
import { tensorExports, tensorKind } from '../../../../../../kernel/process/cell/modules/tensor-names.ts';

it.each([
  ['@tensorflow/tfjs', 'library'],
  ['@tensorflow/tfjs-core', 'library'],
  ['@tensorflow/tfjs-layers', 'library'],
  ['@tensorflow/tfjs-converter', 'library'],
  ['@tensorflow/tfjs-node', 'library'],
  ['@tensorflow/tfjs-node-gpu', 'library'],
  ['@tensorflow/tfjs/dist/index.js', 'library'],
  ['@tensorflow/tfjs/dist/tf.min.js', 'library'],
  ['@tensorflow/tfjs/dist/tf.es2017.js', 'library'],
  ['@tensorflow/tfjs-core/dist/tf-core.node.js', 'library'],
  ['@tensorflow/tfjs-data', 'data'],
  ['@tensorflow/tfjs-data/dist/index', 'data'],
  ['@tensorflow/tfjs-backend-cpu', 'backend'],
  ['@tensorflow/tfjs-backend-cpu/dist/shared', 'backend'],
  ['@tensorflow/tfjs-backend-webgl/dist/index.js', 'backend'],
  ['@tensorflow/tfjs-backend-wasm', 'backend'],
  ['@tensorflow/tfjs-backend-webgpu', 'backend'],
  ['@tensorflow/tfjs-core/dist/ops/conv_util', 'backend_util'],
  ['@tensorflow/tfjs-core/dist/util.js', 'util'],
  ['@tensorflow/tfjs-core/dist/io/io', 'io'],
  ['@tensorflow/tfjs-layers/dist/exports_layers', 'layers'],
  ['@tensorflow/tfjs-core/dist/ops/conv2d', 'part'],
  ['@tensorflow/tfjs-core/dist/register_all_gradients', 'part'],
  ['@tensorflow/tfjs-core/src/tensor', 'part'],
  // Files without code, and packages that use TensorFlow.js
  ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', ''],
  ['@tensorflow/tfjs-core/package.json', ''],
  ['@tensorflow/tfjs-vis', ''],
  ['@tensorflow/tfjs-tflite', ''],
  ['@tensorflow-models/blazeface', ''],
  ['tfjs', ''],
])('%s means %j', (specifier, kind) => expect(tensorKind(specifier)).toBe(kind));

it('gives parts the names of their file first, then those of the library and its other namespaces', () => {
  const library = {
    ...{ version_core: '4', add: 'add', getBackend: () => 'cpu' },
    ...{ util: { sizeFromShape: 'size', add: 'of util' }, backend_util: { computeConv2DInfo: 'info' } },
    ...{ data: { csv: 'csv' }, layers: { add: 'layer' } },
  };
  expect(tensorExports('library', library)).toBe(library);
  expect(tensorExports('data', library)).toEqual({ csv: 'csv' });
  expect(tensorExports('part', library)).toMatchObject({ add: 'add', sizeFromShape: 'size', csv: 'csv' });
  expect(tensorExports('util', library)).toMatchObject({ add: 'of util', computeConv2DInfo: 'info' });
  expect(tensorExports('layers', library)).toMatchObject({ add: 'layer' });
});

it('gives the packages of backends their names, none of the library’s, and no backend', () => {
  const library = { version_core: '4', add: 'add', getBackend: () => 'webgpu', kernel_impls: { split: 1 } };
  const found = tensorExports('backend', library) as Record<string, never>;
  expect(found).toMatchObject({ version_wasm: '4', shared: { split: 1 } });
  expect(found).not.toHaveProperty('add');
  const { MathBackendCPU } = found as unknown as { MathBackendCPU: new () => unknown };
  expect(() => new MathBackendCPU()).toThrow(
    /^MathBackendCPU: the backends of TensorFlow\.js are not used here, .* its own device "webgpu"\. Remove/,
  );
});
