// Softmax, cross-entropy, batch and layer normalisation, with their gradients: shapes checked, memory taken, WebAssembly called.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

/** Addresses and sizes. */
type N = number;

declare module '../program.ts' {
  interface Exports {
    softmax(x: N, y: N, rows: N, columns: N): void;
    logSoftmax(x: N, y: N, rows: N, columns: N): void;
    softmaxGrad(dy: N, y: N, dx: N, rows: N, columns: N): void;
    logSoftmaxGrad(dy: N, y: N, dx: N, rows: N, columns: N): void;
    softmaxCrossEntropy(x: N, labels: N, loss: N, normalizer: N, rows: N, classes: N, keep: N, add: N): void;
    softmaxCrossEntropyGrad(
      ...args: [dy: N, x: N, labels: N, normalizer: N, dx: N, rows: N, classes: N, keep: N, add: N]
    ): void;
    sparseSoftmaxCrossEntropy(x: N, labels: N, loss: N, normalizer: N, rows: N, classes: N): void;
    sparseSoftmaxCrossEntropyGrad(dy: N, x: N, labels: N, normalizer: N, dx: N, rows: N, classes: N): void;
    categoricalCrossEntropy(p: N, labels: N, loss: N, rows: N, classes: N, epsilon: N): void;
    categoricalCrossEntropyGrad(dy: N, p: N, labels: N, dp: N, rows: N, classes: N, epsilon: N): void;
    batchNormBytes(rows: N, channels: N): N;
    batchNorm(
      ...args: [x: N, mean: N, variance: N, scale: N, offset: N, y: N, rows: N, channels: N, epsilon: N, work: N]
    ): void;
    batchNormTrain(
      ...args: [x: N, scale: N, offset: N, y: N, mean: N, variance: N, rows: N, channels: N, epsilon: N, work: N]
    ): void;
    batchNormTrainGrad(
      ...args: [
        ...inputs: [dy: N, x: N, mean: N, variance: N, scale: N, dmean: N, dvariance: N],
        ...outputs: [dx: N, dscale: N, doffset: N],
        ...sizes: [rows: N, channels: N, epsilon: N, work: N],
      ]
    ): void;
    movingAverage(average: N, value: N, y: N, n: N, decay: N): void;
    layerNorm(x: N, gamma: N, beta: N, y: N, mean: N, rstd: N, rows: N, columns: N, epsilon: N): void;
    layerNormBytes(rows: N, columns: N): N;
    layerNormGrad(
      ...args: [
        ...inputs: [dy: N, x: N, gamma: N, mean: N, rstd: N],
        ...outputs: [dx: N, dgamma: N, dbeta: N],
        ...sizes: [rows: N, columns: N, work: N],
      ]
    ): void;
  }
}

const isFloat = (t: TensorInfo | undefined) => t === undefined || t.dtype === 'float32';
const addressOf = (backend: CpuBackend, t: TensorInfo | undefined) => (t ? backend.address(t) : 0);

/** Whether a tensor has as many numbers as there are channels; one that is not given has. */
const perChannel = (t: TensorInfo | undefined, channels: number) => t === undefined || sizeOf(t.shape) === channels;

/** Along the last axis, `dim` or `axis`; the stock op kernel refuses any other. */
function rowwise(input: string, axis: string, name: 'softmax' | 'logSoftmax'): OpKernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs[input]!;
    const { shape } = x;
    const rank = shape.length;
    const dim = attrs[axis] as number;
    const size = sizeOf(shape);
    if (x.dtype !== 'float32' || rank === 0 || size === 0 || (dim !== rank - 1 && dim !== -1)) return undefined;
    const columns = shape[rank - 1]!;
    const y = backend.output(shape, 'float32');
    backend.program.exports[name](backend.address(x), backend.address(y), size / columns, columns);
    return y;
  };
}

/** {dy, y} → dx along the last axis. */
function rowwiseGrad(name: 'softmaxGrad' | 'logSoftmaxGrad'): OpKernel {
  return ({ inputs, backend }) => {
    const [dy, y] = [inputs['dy']!, inputs['y']!];
    const { shape } = y;
    const size = sizeOf(shape);
    if (!isFloat(dy) || !isFloat(y) || shape.length === 0 || sizeOf(dy.shape) !== size) return undefined;
    const dx = backend.output(shape, 'float32');
    const columns = shape[shape.length - 1]!;
    if (size > 0)
      backend.program.exports[name](
        backend.address(dy),
        backend.address(y),
        backend.address(dx),
        size / columns,
        columns,
      );
    return dx;
  };
}

/** What labels are multiplied by, and what is then added, for some smoothing. */
const smoothing = (attrs: Record<string, unknown>, classes: number): [keep: number, add: number] => {
  const s = (attrs['labelSmoothing'] as number | undefined) ?? 0;
  return [1 - s, s / classes];
};

/** {logits [rows, classes], labels [rows, classes]}, attribute `labelSmoothing` → loss [rows], normalizer [rows, 2]. */
const softmaxCrossEntropy: OpKernel = ({ inputs, attrs, backend }) => {
  const [logits, labels] = [inputs['logits']!, inputs['labels']!];
  const [rows, classes] = logits.shape as [number, number];
  if (!isFloat(logits) || !isFloat(labels) || logits.shape.length !== 2 || rows * classes === 0) return undefined;
  if (labels.shape.length !== 2 || labels.shape[0] !== rows || labels.shape[1] !== classes) return undefined;
  const loss = backend.output([rows], 'float32');
  const normalizer = backend.output([rows, 2], 'float32');
  backend.program.exports.softmaxCrossEntropy(
    backend.address(logits),
    backend.address(labels),
    backend.address(loss),
    backend.address(normalizer),
    rows,
    classes,
    ...smoothing(attrs, classes),
  );
  return [loss, normalizer];
};

/** {dy [rows], logits, labels, normalizer} as of SoftmaxCrossEntropy → dlogits [rows, classes]. */
const softmaxCrossEntropyGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const [dy, logits, labels, normalizer] = [inputs['dy']!, inputs['logits']!, inputs['labels']!, inputs['normalizer']!];
  if (!isFloat(dy) || !isFloat(logits) || !isFloat(labels)) return undefined;
  const [rows, classes] = logits.shape as [number, number];
  if (logits.shape.length !== 2 || sizeOf(dy.shape) !== rows || sizeOf(labels.shape) !== rows * classes)
    return undefined;
  const dlogits = backend.output([rows, classes], 'float32');
  backend.program.exports.softmaxCrossEntropyGrad(
    backend.address(dy),
    backend.address(logits),
    backend.address(labels),
    backend.address(normalizer),
    backend.address(dlogits),
    rows,
    classes,
    ...smoothing(attrs, classes),
  );
  return dlogits;
};

/** {logits [rows, classes], labels [rows] int32} → loss [rows], normalizer [rows, 2]. */
const sparseSoftmaxCrossEntropy: OpKernel = ({ inputs, backend }) => {
  const [logits, labels] = [inputs['logits']!, inputs['labels']!];
  const [rows, classes] = logits.shape as [number, number];
  if (!isFloat(logits) || logits.shape.length !== 2 || rows * classes === 0) return undefined;
  if (labels.dtype !== 'int32' || sizeOf(labels.shape) !== rows) return undefined;
  const loss = backend.output([rows], 'float32');
  const normalizer = backend.output([rows, 2], 'float32');
  const [x, l] = [backend.address(logits), backend.address(labels)];
  const [to, n] = [backend.address(loss), backend.address(normalizer)];
  backend.program.exports.sparseSoftmaxCrossEntropy(x, l, to, n, rows, classes);
  return [loss, normalizer];
};

/** {dy [rows], logits, labels, normalizer} as of SparseSoftmaxCrossEntropy → dlogits [rows, classes]. */
const sparseSoftmaxCrossEntropyGrad: OpKernel = ({ inputs, backend }) => {
  const [dy, logits, labels, normalizer] = [inputs['dy']!, inputs['logits']!, inputs['labels']!, inputs['normalizer']!];
  const [rows, classes] = logits.shape as [number, number];
  if (!isFloat(dy) || !isFloat(logits) || labels.dtype !== 'int32') return undefined;
  if (logits.shape.length !== 2 || sizeOf(dy.shape) !== rows || sizeOf(labels.shape) !== rows) return undefined;
  const dlogits = backend.output([rows, classes], 'float32');
  backend.program.exports.sparseSoftmaxCrossEntropyGrad(
    backend.address(dy),
    backend.address(logits),
    backend.address(labels),
    backend.address(normalizer),
    backend.address(dlogits),
    rows,
    classes,
  );
  return dlogits;
};

/** {probabilities [rows, classes], labels [rows, classes]}, attribute `epsilon` → loss [rows]. */
const categoricalCrossEntropy: OpKernel = ({ inputs, attrs, backend }) => {
  const [probabilities, labels] = [inputs['probabilities']!, inputs['labels']!];
  const [rows, classes] = probabilities.shape as [number, number];
  if (!isFloat(probabilities) || !isFloat(labels) || probabilities.shape.length !== 2 || rows * classes === 0)
    return undefined;
  if (labels.shape.length !== 2 || labels.shape[0] !== rows || labels.shape[1] !== classes) return undefined;
  const loss = backend.output([rows], 'float32');
  const [p, l, to] = [backend.address(probabilities), backend.address(labels), backend.address(loss)];
  backend.program.exports.categoricalCrossEntropy(p, l, to, rows, classes, attrs['epsilon'] as number);
  return loss;
};

/** {dy [rows], probabilities, labels} as of CategoricalCrossEntropy → dprobabilities [rows, classes]. */
const categoricalCrossEntropyGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const [dy, probabilities, labels] = [inputs['dy']!, inputs['probabilities']!, inputs['labels']!];
  const [rows, classes] = probabilities.shape as [number, number];
  if (!isFloat(dy) || !isFloat(probabilities) || !isFloat(labels) || sizeOf(dy.shape) !== rows) return undefined;
  if (probabilities.shape.length !== 2 || sizeOf(labels.shape) !== rows * classes) return undefined;
  const dx = backend.output([rows, classes], 'float32');
  const [d, p, l] = [backend.address(dy), backend.address(probabilities), backend.address(labels)];
  const to = backend.address(dx);
  backend.program.exports.categoricalCrossEntropyGrad(d, p, l, to, rows, classes, attrs['epsilon'] as number);
  return dx;
};

/** With given statistics. The stock op kernel lets parameters of any length recur; here all have the same, or are left out. */
const fusedBatchNorm: OpKernel = ({ inputs, attrs, backend }) => {
  const { x, mean, variance, scale, offset } = inputs as Record<string, TensorInfo>;
  const size = sizeOf(x!.shape);
  const channels = sizeOf(mean!.shape);
  if (!isFloat(x) || !isFloat(mean) || !isFloat(variance) || !isFloat(scale) || !isFloat(offset)) return undefined;
  if (size === 0 || channels === 0 || size % channels !== 0) return undefined;
  if (!perChannel(variance, channels) || !perChannel(scale, channels) || !perChannel(offset, channels))
    return undefined;
  const ranks = (t: TensorInfo | undefined) => t === undefined || t.shape.length === mean!.shape.length;
  if (!ranks(variance) || !ranks(scale) || !ranks(offset)) return undefined;
  const { exports } = backend.program;
  const rows = size / channels;
  const y = backend.output(x!.shape, 'float32');
  backend.withMemory(exports.batchNormBytes(rows, channels), [y], (work) =>
    exports.batchNorm(
      backend.address(x!),
      backend.address(mean!),
      backend.address(variance!),
      addressOf(backend, scale),
      addressOf(backend, offset),
      backend.address(y),
      rows,
      channels,
      (attrs['varianceEpsilon'] as number | undefined) ?? 0.001,
      work,
    ),
  );
  return y;
};

/** {x [..., channels], scale?, offset? [channels]}, attribute `epsilon` → y, mean [channels], variance [channels]. */
const batchNormTrain: OpKernel = ({ inputs, attrs, backend }) => {
  const { x, scale, offset } = inputs as Record<string, TensorInfo>;
  const size = sizeOf(x!.shape);
  const channels = x!.shape[x!.shape.length - 1] ?? 0;
  if (!isFloat(x) || !isFloat(scale) || !isFloat(offset) || size === 0) return undefined;
  if (!perChannel(scale, channels) || !perChannel(offset, channels)) return undefined;
  const { exports } = backend.program;
  const rows = size / channels;
  const y = backend.output(x!.shape, 'float32');
  const mean = backend.output([channels], 'float32');
  const variance = backend.output([channels], 'float32');
  backend.withMemory(exports.batchNormBytes(rows, channels), [y, mean, variance], (work) =>
    exports.batchNormTrain(
      backend.address(x!),
      addressOf(backend, scale),
      addressOf(backend, offset),
      backend.address(y),
      backend.address(mean),
      backend.address(variance),
      rows,
      channels,
      attrs['epsilon'] as number,
      work,
    ),
  );
  return [y, mean, variance];
};

/**
 * {dy, x, mean, variance, scale?, dmean?, dvariance?} as of BatchNormTrain, attribute `epsilon` → dx, dscale, doffset.
 * dmean and dvariance are gradients with respect to the statistics that BatchNormTrain gave.
 */
const batchNormTrainGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const { dy, x, mean, variance, scale, dmean, dvariance } = inputs as Record<string, TensorInfo>;
  const size = sizeOf(x!.shape);
  const channels = x!.shape[x!.shape.length - 1] ?? 0;
  if (!isFloat(dy) || !isFloat(x) || size === 0 || sizeOf(dy!.shape) !== size) return undefined;
  for (const t of [mean, variance, scale, dmean, dvariance])
    if (!isFloat(t) || !perChannel(t, channels)) return undefined;
  const { exports } = backend.program;
  const rows = size / channels;
  const dx = backend.output(x!.shape, 'float32');
  const dscale = backend.output([channels], 'float32');
  const doffset = backend.output([channels], 'float32');
  backend.withMemory(exports.batchNormBytes(rows, channels), [dx, dscale, doffset], (work) =>
    exports.batchNormTrainGrad(
      backend.address(dy!),
      backend.address(x!),
      backend.address(mean!),
      backend.address(variance!),
      addressOf(backend, scale),
      addressOf(backend, dmean),
      addressOf(backend, dvariance),
      backend.address(dx),
      backend.address(dscale),
      backend.address(doffset),
      rows,
      channels,
      attrs['epsilon'] as number,
      work,
    ),
  );
  return [dx, dscale, doffset];
};

/** {average, value [n]}, attribute `decay` → average − (average − value) · decay, a new tensor [n]. */
const movingAverage: OpKernel = ({ inputs, attrs, backend }) => {
  const { average, value } = inputs as Record<string, TensorInfo>;
  const n = sizeOf(average!.shape);
  if (!isFloat(average) || !isFloat(value) || sizeOf(value!.shape) !== n) return undefined;
  const y = backend.output(average!.shape, 'float32');
  const [a, v] = [backend.address(average!), backend.address(value!)];
  backend.program.exports.movingAverage(a, v, backend.address(y), n, attrs['decay'] as number);
  return y;
};

/** {x [..., columns], gamma, beta [columns]}, attribute `epsilon` → y, mean [rows], rstd [rows]. */
const layerNorm: OpKernel = ({ inputs, attrs, backend }) => {
  const { x, gamma, beta } = inputs as Record<string, TensorInfo>;
  const size = sizeOf(x!.shape);
  const columns = x!.shape[x!.shape.length - 1] ?? 0;
  if (!isFloat(x) || !isFloat(gamma) || !isFloat(beta) || size === 0) return undefined;
  if (!perChannel(gamma, columns) || !perChannel(beta, columns)) return undefined;
  const rows = size / columns;
  const y = backend.output(x!.shape, 'float32');
  const mean = backend.output([rows], 'float32');
  const rstd = backend.output([rows], 'float32');
  backend.program.exports.layerNorm(
    backend.address(x!),
    backend.address(gamma!),
    backend.address(beta!),
    backend.address(y),
    backend.address(mean),
    backend.address(rstd),
    rows,
    columns,
    attrs['epsilon'] as number,
  );
  return [y, mean, rstd];
};

/** {dy, x, gamma, mean, rstd} as of LayerNorm → dx, dgamma, dbeta. */
const layerNormGrad: OpKernel = ({ inputs, backend }) => {
  const { dy, x, gamma, mean, rstd } = inputs as Record<string, TensorInfo>;
  const size = sizeOf(x!.shape);
  const columns = x!.shape[x!.shape.length - 1] ?? 0;
  if (!isFloat(dy) || !isFloat(x) || !isFloat(gamma) || size === 0 || sizeOf(dy!.shape) !== size) return undefined;
  const rows = size / columns;
  if (!perChannel(gamma, columns) || !perChannel(mean, rows) || !perChannel(rstd, rows)) return undefined;
  const { exports } = backend.program;
  const dx = backend.output(x!.shape, 'float32');
  const dgamma = backend.output([columns], 'float32');
  const dbeta = backend.output([columns], 'float32');
  backend.withMemory(exports.layerNormBytes(rows, columns), [dx, dgamma, dbeta], (work) =>
    exports.layerNormGrad(
      backend.address(dy!),
      backend.address(x!),
      backend.address(gamma!),
      backend.address(mean!),
      backend.address(rstd!),
      backend.address(dx),
      backend.address(dgamma),
      backend.address(dbeta),
      rows,
      columns,
      work,
    ),
  );
  return [dx, dgamma, dbeta];
};

export const normalization: Record<string, OpKernel> = {
  Softmax: rowwise('logits', 'dim', 'softmax'),
  [ops.SoftmaxGrad.name]: rowwiseGrad('softmaxGrad'),
  LogSoftmax: rowwise('logits', 'axis', 'logSoftmax'),
  [ops.LogSoftmaxGrad.name]: rowwiseGrad('logSoftmaxGrad'),
  [ops.CategoricalCrossEntropy.name]: categoricalCrossEntropy,
  [ops.CategoricalCrossEntropyGrad.name]: categoricalCrossEntropyGrad,
  [ops.SoftmaxCrossEntropy.name]: softmaxCrossEntropy,
  [ops.SoftmaxCrossEntropyGrad.name]: softmaxCrossEntropyGrad,
  [ops.SparseSoftmaxCrossEntropy.name]: sparseSoftmaxCrossEntropy,
  [ops.SparseSoftmaxCrossEntropyGrad.name]: sparseSoftmaxCrossEntropyGrad,
  FusedBatchNorm: fusedBatchNorm,
  [ops.BatchNormTrain.name]: batchNormTrain,
  [ops.BatchNormTrainGrad.name]: batchNormTrainGrad,
  [ops.MovingAverage.name]: movingAverage,
  [ops.LayerNorm.name]: layerNorm,
  [ops.LayerNormGrad.name]: layerNormGrad,
};
