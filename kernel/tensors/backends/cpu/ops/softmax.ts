// Softmax, log-softmax and cross-entropies along the last axis, with their gradients: shapes checked, WebAssembly
// called.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

const isFloat = (t: TensorInfo) => t.dtype === 'float32';

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
    const rows = size / columns;
    backend.program.exports[name]({ x: backend.address(x), y: backend.address(y), rows, columns });
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
      backend.program.exports[name]({
        dy: backend.address(dy),
        y: backend.address(y),
        dx: backend.address(dx),
        rows: size / columns,
        columns,
      });
    return dx;
  };
}

/** The arguments that one of the cross-entropies or another does not use. */
const none = { labels: 0, loss: 0, normalizer: 0, dy: 0, dlogits: 0, keep: 1, add: 0 };

/** Label smoothing: what labels are multiplied by, and what is then added. */
const smoothing = (attrs: Record<string, unknown>, classes: number) => {
  const s = (attrs['labelSmoothing'] as number | undefined) ?? 0;
  return { keep: 1 - s, add: s / classes };
};

/** {logits [rows, classes], labels [rows, classes]}, attribute `labelSmoothing` → loss [rows], normalizer [rows, 2]. */
const softmaxCrossEntropy: OpKernel = ({ inputs, attrs, backend }) => {
  const [logits, labels] = [inputs['logits']!, inputs['labels']!];
  const [rows, classes] = logits.shape as [number, number];
  if (!isFloat(logits) || !isFloat(labels) || logits.shape.length !== 2 || rows * classes === 0) return undefined;
  if (labels.shape.length !== 2 || labels.shape[0] !== rows || labels.shape[1] !== classes) return undefined;
  const loss = backend.output([rows], 'float32');
  const normalizer = backend.output([rows, 2], 'float32');
  backend.program.exports.softmaxCrossEntropy({
    ...none,
    logits: backend.address(logits),
    labels: backend.address(labels),
    loss: backend.address(loss),
    normalizer: backend.address(normalizer),
    rows,
    classes,
    ...smoothing(attrs, classes),
  });
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
  backend.program.exports.softmaxCrossEntropyGrad({
    ...none,
    dy: backend.address(dy),
    logits: backend.address(logits),
    labels: backend.address(labels),
    normalizer: backend.address(normalizer),
    dlogits: backend.address(dlogits),
    rows,
    classes,
    ...smoothing(attrs, classes),
  });
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
  backend.program.exports.sparseSoftmaxCrossEntropy({
    ...none,
    logits: backend.address(logits),
    labels: backend.address(labels),
    loss: backend.address(loss),
    normalizer: backend.address(normalizer),
    rows,
    classes,
  });
  return [loss, normalizer];
};

/** {dy [rows], logits, labels, normalizer} as of SparseSoftmaxCrossEntropy → dlogits [rows, classes]. */
const sparseSoftmaxCrossEntropyGrad: OpKernel = ({ inputs, backend }) => {
  const [dy, logits, labels, normalizer] = [inputs['dy']!, inputs['logits']!, inputs['labels']!, inputs['normalizer']!];
  const [rows, classes] = logits.shape as [number, number];
  if (!isFloat(dy) || !isFloat(logits) || labels.dtype !== 'int32') return undefined;
  if (logits.shape.length !== 2 || sizeOf(dy.shape) !== rows || sizeOf(labels.shape) !== rows) return undefined;
  const dlogits = backend.output([rows, classes], 'float32');
  backend.program.exports.sparseSoftmaxCrossEntropyGrad({
    ...none,
    dy: backend.address(dy),
    logits: backend.address(logits),
    labels: backend.address(labels),
    normalizer: backend.address(normalizer),
    dlogits: backend.address(dlogits),
    rows,
    classes,
  });
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
  backend.program.exports.categoricalCrossEntropy({
    probabilities: backend.address(probabilities),
    labels: backend.address(labels),
    loss: backend.address(loss),
    dy: 0,
    dx: 0,
    rows,
    classes,
    epsilon: attrs['epsilon'] as number,
  });
  return loss;
};

/** {dy [rows], probabilities, labels} as of CategoricalCrossEntropy → dprobabilities [rows, classes]. */
const categoricalCrossEntropyGrad: OpKernel = ({ inputs, attrs, backend }) => {
  const [dy, probabilities, labels] = [inputs['dy']!, inputs['probabilities']!, inputs['labels']!];
  const [rows, classes] = probabilities.shape as [number, number];
  if (!isFloat(dy) || !isFloat(probabilities) || !isFloat(labels) || sizeOf(dy.shape) !== rows) return undefined;
  if (probabilities.shape.length !== 2 || sizeOf(labels.shape) !== rows * classes) return undefined;
  const dx = backend.output([rows, classes], 'float32');
  backend.program.exports.categoricalCrossEntropyGrad({
    probabilities: backend.address(probabilities),
    labels: backend.address(labels),
    loss: 0,
    dy: backend.address(dy),
    dx: backend.address(dx),
    rows,
    classes,
    epsilon: attrs['epsilon'] as number,
  });
  return dx;
};

export const softmaxes: Record<string, OpKernel> = {
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
};
