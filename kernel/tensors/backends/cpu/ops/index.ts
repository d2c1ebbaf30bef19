// The op kernels that replace those of the JavaScript backend, by name.
import type { OpKernel } from '../op-kernel.ts';
import { convolution } from './conv.ts';
import { convolution3d } from './conv3d.ts';
import { complexOps } from './complex.ts';
import { counting } from './counting.ts';
import { depthwise } from './depthwise.ts';
import { dilation } from './dilation.ts';
import { elementwise } from './elementwise.ts';
import { fourier } from './fft.ts';
import { images } from './images.ts';
import { largest } from './topk.ts';
import { gru } from './gru.ts';
import { linalg } from './linalg.ts';
import { lstm } from './lstm.ts';
import { responses } from './lrn.ts';
import { matmul } from './matmul.ts';
import { movement } from './move.ts';
import { suppression } from './nms.ts';
import { normalization } from './norm.ts';
import { optimizer } from './optimizer.ts';
import { argmaxPooling } from './pool-argmax.ts';
import { pooling } from './pooling.ts';
import { pooling3d } from './pool3d.ts';
import { ragged } from './ragged.ts';
import { random } from './random.ts';
import { sequences } from './range.ts';
import { reduction } from './reduce.ts';
import { resizing } from './resize.ts';
import { scans } from './scan.ts';
import { softmaxes } from './softmax.ts';
import { sparse } from './sparse.ts';

export const opKernels: Record<string, OpKernel> = {
  ...elementwise,
  ...dilation,
  ...responses,
  ...complexOps(elementwise),
  ...counting,
  ...matmul,
  ...convolution,
  ...convolution3d,
  ...depthwise,
  ...fourier,
  ...largest,
  ...linalg,
  ...gru,
  ...lstm,
  ...reduction,
  ...scans,
  ...softmaxes,
  ...normalization,
  ...movement,
  ...resizing,
  ...pooling,
  ...pooling3d,
  ...optimizer,
  ...random,
  ...argmaxPooling,
  ...images,
  ...ragged,
  ...sequences,
  ...sparse,
  ...suppression,
};
