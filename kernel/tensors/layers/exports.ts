// What `tf.metrics` and `tf.callbacks` hold in cells, and all that this folder installs into tfjs-layers.
import * as layers from '@tensorflow/tfjs-layers';
import { installActivity } from './activity.ts';
import { callbacks as own } from './callbacks.ts';
import { installFit } from './fit.ts';
import { installFreezing } from './frozen.ts';
import { installMasks } from './masks.ts';
import { namedMetrics } from './metrics.ts';
import { installTraining } from './training.ts';

export const metrics = namedMetrics(layers.metrics);
export const callbacks = Object.assign(layers.callbacks, own);

/** Installs the methods of models and layers. */
export function trainAsKeras(): void {
  installActivity();
  installFreezing();
  installMasks();
  installTraining();
  installFit();
}
