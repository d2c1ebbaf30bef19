// The op kernels of the device `webgpu` that replace or correct those of TensorFlow.js, by name.
import type { Correction, OpKernel } from '../op-kernel.ts';
import { convolution } from './conv.ts';
import { otherCorrections } from './corrections.ts';
import { correctedElementwise, elementwise } from './elementwise.ts';
import { linalg } from './linalg.ts';
import { matmul } from './matmul.ts';
import { movement } from './move.ts';
import { distributions } from './multinomial.ts';
import { normalization } from './norm.ts';
import { optimizer } from './optimizer.ts';
import { random } from './random.ts';
import { sequences } from './range.ts';
import { correctedReduction, reduction } from './reduce.ts';
import { argReduction } from './reduce-arg.ts';
import { correctedSums } from './reduce-sum.ts';
import { scans } from './scan.ts';
import { softmax } from './softmax.ts';
import { correctedTranspose } from './transpose.ts';

export const opKernels: Record<string, OpKernel> = {
  ...elementwise,
  ...convolution,
  ...matmul,
  ...linalg,
  ...reduction,
  ...argReduction,
  ...scans,
  ...softmax,
  ...normalization,
  ...movement,
  ...optimizer,
  ...random,
  ...distributions,
  ...sequences,
};

export const corrections: Record<string, Correction> = {
  ...correctedElementwise,
  ...correctedReduction,
  ...correctedSums,
  ...otherCorrections,
  ...correctedTranspose,
};
