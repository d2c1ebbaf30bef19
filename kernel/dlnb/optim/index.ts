// `optim` of the module `dlnb`: optimizers, schedules of the learning rate, averages of weights, and what finds a
// learning rate.
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { ema, swa, type EmaOptions, type SwaOptions, type AveragedWeights } from './averages.ts';
import { findLearningRate, type FindLearningRateOptions } from './learning-rate.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  lion,
  nadam,
  rmsprop,
  sgd,
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamOptions,
  type AmsgradOptions,
  type LionOptions,
  type NadamOptions,
  type RmspropOptions,
  type SgdOptions,
} from './optimizers.ts';
import { plateau, type PlateauOptions } from './plateau.ts';
import { cosineDecay, exponentialDecay, oneCycle, scheduleFromConfig, stepDecay, warmUp } from './schedules.ts';

export type { EmaOptions, SwaOptions, WeightAverages, AveragedWeights } from './averages.ts';
export type { FindLearningRateOptions, FoundLearningRate } from './learning-rate.ts';
export type {
  AdadeltaOptions,
  AdagradOptions,
  AdamOptions,
  AmsgradOptions,
  LionOptions,
  NadamOptions,
  Optimizer,
  OptimizerOptions,
  RmspropOptions,
  SgdOptions,
} from './optimizers.ts';
export type { Plateau, PlateauConfig, PlateauOptions, PlateauState } from './plateau.ts';
export type { OneCycleOptions, RateSchedule, ScheduleConfig, WarmUpOptions } from './schedules.ts';

/** Makes `optim` for one session. */
export function makeOptim(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `optim.${name}`);
  return {
    stepDecay,
    exponentialDecay,
    cosineDecay,
    oneCycle,
    warmUp,
    /** {@link plateau} */
    plateau: (options: PlateauOptions) => plateau(options),
    scheduleFromConfig,
    /** {@link sgd} */
    sgd: (options?: SgdOptions) => sgd(need('sgd'), options),
    /** {@link adagrad} */
    adagrad: (options?: AdagradOptions) => adagrad(need('adagrad'), options),
    /** {@link adadelta} */
    adadelta: (options?: AdadeltaOptions) => adadelta(need('adadelta'), options),
    /** {@link rmsprop} */
    rmsprop: (options?: RmspropOptions) => rmsprop(need('rmsprop'), options),
    /** {@link adam} */
    adam: (options?: AmsgradOptions) => adam(need('adam'), options),
    /** {@link adamw} */
    adamw: (options?: AmsgradOptions) => adamw(need('adamw'), options),
    /** {@link adamax} */
    adamax: (options?: AdamOptions) => adamax(need('adamax'), options),
    /** {@link nadam} */
    nadam: (options?: NadamOptions) => nadam(need('nadam'), options),
    /** {@link lion} */
    lion: (options?: LionOptions) => lion(need('lion'), options),
    /** {@link ema} */
    ema: (weights: AveragedWeights, options?: EmaOptions) => ema(need('ema'), weights, options),
    /** {@link swa} */
    swa: (weights: AveragedWeights, options?: SwaOptions) => swa(need('swa'), weights, options),
    /** {@link findLearningRate} */
    findLearningRate: (options: FindLearningRateOptions) => findLearningRate(need('findLearningRate'), options),
  };
}
