// `nn` of the module `dlnb`: parts of networks and training loops that TensorFlow.js lacks.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { clipByNorm, clipByValue, clipping, gradientNorm, type ClipLimit, type Gradients } from './clip.ts';
import { countParameters, residualBlock, resnet, type ResidualBlockOptions, type ResNetOptions } from './residual.ts';
import {
  cosineDecay,
  exponentialDecay,
  scheduleCallback,
  setLearningRate,
  stepDecay,
  type Schedule,
  type ScheduleCallbackOptions,
} from './schedules.ts';

export type { ClipLimit, Gradients } from './clip.ts';
export type { ResidualBlockOptions, ResNetOptions } from './residual.ts';
export type {
  CosineDecayOptions,
  ExponentialDecayOptions,
  Schedule,
  ScheduleCallbackOptions,
  StepDecayOptions,
} from './schedules.ts';

/** Makes `nn` for one session. */
export function makeNn(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `nn.${name}`);
  return {
    stepDecay,
    exponentialDecay,
    cosineDecay,
    setLearningRate,
    countParameters,
    /** {@link scheduleCallback} */
    scheduleCallback: (schedule: Schedule, options?: ScheduleCallbackOptions) =>
      scheduleCallback(need('scheduleCallback'), schedule, options),
    /** {@link clipByNorm} */
    clipByNorm: <G extends Gradients>(gradients: G, max: number) => clipByNorm(need('clipByNorm'), gradients, max),
    /** {@link clipByValue} */
    clipByValue: <G extends Gradients>(gradients: G, max: number) => clipByValue(need('clipByValue'), gradients, max),
    /** {@link gradientNorm} */
    gradientNorm: (gradients: Gradients) => gradientNorm(need('gradientNorm'), gradients),
    /** {@link clipping} */
    clipping: <O extends tfTypes.Optimizer>(optimizer: O, limit: ClipLimit) =>
      clipping(need('clipping'), optimizer, limit),
    /** {@link residualBlock} */
    residualBlock: (x: SymbolicTensor, options: ResidualBlockOptions) =>
      residualBlock(need('residualBlock'), x, options),
    /** {@link resnet} */
    resnet: (options?: ResNetOptions) => resnet(need('resnet'), options),
  };
}
