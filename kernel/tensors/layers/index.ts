// What is ours in `tf.layers` and `tf.data`: options and formats that TensorFlow.js ignores, refuses or gets wrong.
import { extendActivations } from './activations.ts';
import { nameCalls } from './applied.ts';
import { extendConvolutions } from './convolution.ts';
import { correctCsv } from './csv.ts';
import { extendDatasets } from './datasets.ts';
import { nameGraphCalls } from './graph-calls.ts';
import { extendGru } from './gru.ts';
import { extendLoading } from './load.ts';
import { extendOptimizerWeights } from './optimizer-weights.ts';
import { quickenOrthogonal } from './orthogonal.ts';
import { correctPreprocessing } from './preprocessing.ts';
import { refuseFunctions } from './save.ts';
import { extendShapes } from './shapes.ts';
import { checkTargetShapes } from './target-shapes.ts';

/** Installs all of it. */
export function extendLayers(): void {
  extendActivations();
  extendConvolutions();
  extendGru();
  quickenOrthogonal();
  extendShapes();
  correctPreprocessing();
  extendLoading();
  refuseFunctions();
  extendOptimizerWeights();
  checkTargetShapes();
  correctCsv();
  extendDatasets();
  nameCalls();
  nameGraphCalls();
}
