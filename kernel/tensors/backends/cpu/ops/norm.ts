// Batch and layer normalization with their gradients: shapes checked, memory taken, WebAssembly called.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { sizeOf } from './size.ts';

const isFloat = (t: TensorInfo | undefined) => t === undefined || t.dtype === 'float32';
const addressOf = (backend: CpuBackend, t: TensorInfo | undefined) => (t ? backend.address(t) : 0);

/** Whether a tensor has as many numbers as there are channels; one that is not given has. */
const perChannel = (t: TensorInfo | undefined, channels: number) => t === undefined || sizeOf(t.shape) === channels;

/**
 * With given statistics. The stock op kernel repeats parameters of any length; here all have the same length, or are
 * left out.
 */
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
    exports.batchNorm({
      x: backend.address(x!),
      y: backend.address(y),
      mean: backend.address(mean!),
      variance: backend.address(variance!),
      scale: addressOf(backend, scale),
      offset: addressOf(backend, offset),
      rows,
      channels,
      epsilon: (attrs['varianceEpsilon'] as number | undefined) ?? 0.001,
      work,
    }),
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
    exports.batchNormTrain({
      x: backend.address(x!),
      y: backend.address(y),
      mean: backend.address(mean),
      variance: backend.address(variance),
      scale: addressOf(backend, scale),
      offset: addressOf(backend, offset),
      rows,
      channels,
      epsilon: attrs['epsilon'] as number,
      work,
    }),
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
    exports.batchNormTrainGrad({
      dy: backend.address(dy!),
      x: backend.address(x!),
      mean: backend.address(mean!),
      variance: backend.address(variance!),
      scale: addressOf(backend, scale),
      offset: 0,
      dmean: addressOf(backend, dmean),
      dvariance: addressOf(backend, dvariance),
      y: backend.address(dx),
      dscale: backend.address(dscale),
      doffset: backend.address(doffset),
      rows,
      channels,
      epsilon: attrs['epsilon'] as number,
      work,
    }),
  );
  return [dx, dscale, doffset];
};

/** {average, value [n]}, attribute `decay` → average − (average − value) · decay, a new tensor [n]. */
const movingAverage: OpKernel = ({ inputs, attrs, backend }) => {
  const { average, value } = inputs as Record<string, TensorInfo>;
  const n = sizeOf(average!.shape);
  if (!isFloat(average) || !isFloat(value) || sizeOf(value!.shape) !== n) return undefined;
  const y = backend.output(average!.shape, 'float32');
  backend.program.exports.movingAverage({
    average: backend.address(average!),
    value: backend.address(value!),
    y: backend.address(y),
    n,
    decay: attrs['decay'] as number,
  });
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
  backend.program.exports.layerNorm({
    x: backend.address(x!),
    gamma: backend.address(gamma!),
    beta: backend.address(beta!),
    y: backend.address(y),
    mean: backend.address(mean),
    rstd: backend.address(rstd),
    rows,
    columns,
    epsilon: attrs['epsilon'] as number,
  });
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
    exports.layerNormGrad({
      dy: backend.address(dy!),
      x: backend.address(x!),
      gamma: backend.address(gamma!),
      beta: 0,
      mean: backend.address(mean!),
      rstd: backend.address(rstd!),
      y: backend.address(dx),
      dgamma: backend.address(dgamma),
      dbeta: backend.address(dbeta),
      rows,
      columns,
      epsilon: 0,
      work,
    }),
  );
  return [dx, dgamma, dbeta];
};

export const normalization: Record<string, OpKernel> = {
  FusedBatchNorm: fusedBatchNorm,
  [ops.BatchNormTrain.name]: batchNormTrain,
  [ops.BatchNormTrainGrad.name]: batchNormTrainGrad,
  [ops.MovingAverage.name]: movingAverage,
  [ops.LayerNorm.name]: layerNorm,
  [ops.LayerNormGrad.name]: layerNormGrad,
};
