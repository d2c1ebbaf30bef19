// `losses` of the module `dlnb`: functions of targets and predictions, for `compile` and for loops of one's own.
import type { Tensor } from '@tensorflow/tfjs-core';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { remembering } from '../remade.ts';
import {
  bernoulliNll,
  betaNll,
  exponentialNll,
  gammaNll,
  gaussianMixtureNll,
  gaussianNll,
  laplaceNll,
  multivariateNormalNll,
  plackettLuceNll,
  poissonNll,
  studentTNll,
  vonMisesNll,
  type GaussianMixtureNllOptions,
  type GaussianNllOptions,
  type StudentTNllOptions,
} from './likelihoods.ts';
import {
  contrastive,
  dice,
  gaussianKl,
  huber,
  infoNce,
  klDivergence,
  meanAbsoluteError,
  meanSquaredError,
  sigmoidCrossEntropy,
  sigmoidFocalCrossEntropy,
  softmaxCrossEntropy,
  softmaxFocalCrossEntropy,
  type ContrastiveOptions,
  type DiceOptions,
  type HuberOptions,
  type InfoNceOptions,
  type KlDivergenceOptions,
  type SigmoidCrossEntropyOptions,
  type SigmoidFocalOptions,
  type SoftmaxCrossEntropyOptions,
  type SoftmaxFocalOptions,
} from './losses.ts';
import type { PositiveOptions } from './special.ts';

export type { GaussianMixtureNllOptions, GaussianNllOptions, StudentTNllOptions } from './likelihoods.ts';
export type {
  ContrastiveOptions,
  DiceOptions,
  HuberOptions,
  InfoNceOptions,
  KlDivergenceOptions,
  SigmoidCrossEntropyOptions,
  SigmoidFocalOptions,
  SoftmaxCrossEntropyOptions,
  SoftmaxFocalOptions,
} from './losses.ts';
export type { Loss, WeightOptions } from './loss.ts';
export type { PositiveOptions } from './special.ts';

/** Makes `losses` for one session. */
export function makeLosses(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `losses.${name}`);
  return remembering('losses', {
    /**
     * Categorical distribution, of numbers of classes or rows: `losses.softmaxCrossEntropy` without options.
     * @example
     * ```ts
     * const loss = losses.categoricalNll();
     * loss(tf.tensor1d([2], 'int32'), tf.tensor2d([[0, 0, 1]])); // → [0.5514447]
     * ```
     */
    categoricalNll: () => softmaxCrossEntropy(need('categoricalNll')),
    /** {@link meanSquaredError} */
    meanSquaredError: () => meanSquaredError(need('meanSquaredError')),
    /** {@link meanAbsoluteError} */
    meanAbsoluteError: () => meanAbsoluteError(need('meanAbsoluteError')),
    /** {@link huber} */
    huber: (options?: HuberOptions) => huber(need('huber'), options),
    /** {@link sigmoidCrossEntropy} */
    sigmoidCrossEntropy: (options?: SigmoidCrossEntropyOptions) =>
      sigmoidCrossEntropy(need('sigmoidCrossEntropy'), options),
    /** {@link softmaxCrossEntropy} */
    softmaxCrossEntropy: (options?: SoftmaxCrossEntropyOptions) =>
      softmaxCrossEntropy(need('softmaxCrossEntropy'), options),
    /** {@link sigmoidFocalCrossEntropy} */
    sigmoidFocalCrossEntropy: (options?: SigmoidFocalOptions) =>
      sigmoidFocalCrossEntropy(need('sigmoidFocalCrossEntropy'), options),
    /** {@link softmaxFocalCrossEntropy} */
    softmaxFocalCrossEntropy: (options?: SoftmaxFocalOptions) =>
      softmaxFocalCrossEntropy(need('softmaxFocalCrossEntropy'), options),
    /** {@link dice} */
    dice: (options?: DiceOptions) => dice(need('dice'), options),
    /** {@link contrastive} */
    contrastive: (options?: ContrastiveOptions) => contrastive(need('contrastive'), options),
    /** {@link infoNce} */
    infoNce: (options?: InfoNceOptions) => infoNce(need('infoNce'), options),
    /** {@link klDivergence} */
    klDivergence: (options?: KlDivergenceOptions) => klDivergence(need('klDivergence'), options),
    /** {@link gaussianNll} */
    gaussianNll: (options?: GaussianNllOptions) => gaussianNll(need('gaussianNll'), options),
    /** {@link laplaceNll} */
    laplaceNll: (options?: PositiveOptions) => laplaceNll(need('laplaceNll'), options),
    /** {@link studentTNll} */
    studentTNll: (options?: StudentTNllOptions) => studentTNll(need('studentTNll'), options),
    /** {@link gaussianMixtureNll} */
    gaussianMixtureNll: (options: GaussianMixtureNllOptions) => gaussianMixtureNll(need('gaussianMixtureNll'), options),
    /** {@link exponentialNll} */
    exponentialNll: (options?: PositiveOptions) => exponentialNll(need('exponentialNll'), options),
    /** {@link gammaNll} */
    gammaNll: (options?: PositiveOptions) => gammaNll(need('gammaNll'), options),
    /** {@link betaNll} */
    betaNll: (options?: PositiveOptions) => betaNll(need('betaNll'), options),
    /** {@link multivariateNormalNll} */
    multivariateNormalNll: (options?: PositiveOptions) => multivariateNormalNll(need('multivariateNormalNll'), options),
    /** {@link vonMisesNll} */
    vonMisesNll: (options?: PositiveOptions) => vonMisesNll(need('vonMisesNll'), options),
    /** {@link bernoulliNll} */
    bernoulliNll: () => bernoulliNll(need('bernoulliNll')),
    /** {@link poissonNll} */
    poissonNll: () => poissonNll(need('poissonNll')),
    /** {@link plackettLuceNll} */
    plackettLuceNll: () => plackettLuceNll(need('plackettLuceNll')),
    /** {@link gaussianKl} */
    gaussianKl: (mean: Tensor, logVariance: Tensor) => gaussianKl(need('gaussianKl'), mean, logVariance),
  });
}
