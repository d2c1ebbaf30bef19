// Gradients that TensorFlow.js 4.22 has wrong or lacks, for every device, by families of ops: registered over its own,
// or new. Each is held against finite differences in test/gradients.
import { correctCalls } from './calls.ts';
import { complexNumbers } from './complex.ts';
import { convolutionGradients } from './convolution.ts';
import { elementwiseGradients } from './elementwise.ts';
import { extremaGradients } from './extrema.ts';
import { imageGradients } from './images.ts';
import { indexingGradients } from './indexing.ts';
import { matrixProductGradients } from './matmul.ts';
import { movingGradients } from './moving.ts';
import { reductionGradients } from './reductions.ts';

/** Registers all of them. */
export function correctGradients(): void {
  elementwiseGradients();
  reductionGradients();
  extremaGradients();
  indexingGradients();
  movingGradients();
  matrixProductGradients();
  convolutionGradients();
  imageGradients();
  correctCalls();
  complexNumbers();
}
