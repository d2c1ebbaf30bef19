// What is installed into TensorFlow.js, part by part. No two parts change the same thing, so their order does not
// matter.
import { installDescribing } from './describing.ts';
import { installDescribingEngine } from './describing-engine.ts';
import { checkMethods } from './engine/checked-methods.ts';
import { compileSteps } from './engine/compile-step.ts';
import { installEngine } from './engine/install.ts';
import { registerFiles } from './files.ts';
import { fuseActivations } from './fused/activations.ts';
import { fuseLosses } from './fused/losses.ts';
import { fuseNormalization } from './fused/normalization.ts';
import { extendOptimizers } from './fused/optimizers.ts';
import { fuseGru, fuseLstm } from './fused/recurrent.ts';
import { fuseReductions } from './fused/reductions.ts';
import { correctGradients } from './gradients/index.ts';
import { trainAsKeras } from './layers/exports.ts';
import { installFitParts } from './layers/fit-parts.ts';
import { extendLayers } from './layers/index.ts';
import { seedDropout } from './layers/noise.ts';
import { installRuleOptimizers } from './optim/rule-optimizer.ts';
import { registerLinalgGradients } from './linalg/gradients.ts';
import { installPrinting } from './printing.ts';
import { fuseBiasAndActivation } from './replaced/fused-ops.ts';

/**
 * Each is called once, after TensorFlow.js has registered its gradients and layers, and before there are any tensors.
 */
export const parts: readonly (() => void)[] = [
  installEngine,
  checkMethods,
  correctGradients,
  fuseActivations,
  fuseBiasAndActivation,
  fuseReductions,
  fuseLosses,
  fuseNormalization,
  fuseLstm,
  fuseGru,
  extendOptimizers,
  installRuleOptimizers,
  seedDropout,
  registerLinalgGradients,
  compileSteps,
  trainAsKeras,
  installFitParts,
  registerFiles,
  extendLayers,
  installPrinting,
  installDescribing,
  installDescribingEngine,
];
