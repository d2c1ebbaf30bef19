// The layers of `nn`: their classes, known to saved models as soon as TensorFlow.js has been loaded, and the functions
// that make them.
import type { serialization } from '@tensorflow/tfjs-core';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from '../../library.ts';
import { checkOptions, shown, type OptionNames } from '../../options.ts';
import {
  attentionClasses,
  ATTENTION_OPTIONS,
  MULTI_HEAD_ATTENTION_OPTIONS,
  type AttentionOptions,
  type MultiHeadAttentionOptions,
} from './attention.ts';
import {
  augmentationClasses,
  RANDOM_CROP_OPTIONS,
  RANDOM_FLIP_OPTIONS,
  RANDOM_ROTATION_OPTIONS,
  RANDOM_TONE_OPTIONS,
  RANDOM_TRANSLATION_OPTIONS,
  RANDOM_ZOOM_OPTIONS,
  type RandomCropOptions,
  type RandomFlipOptions,
  type RandomRotationOptions,
  type RandomToneOptions,
  type RandomTranslationOptions,
  type RandomZoomOptions,
} from './augmentation.ts';
import {
  CONV1D_TRANSPOSE_OPTIONS,
  convolutionClasses,
  DEPTHWISE_CONV1D_OPTIONS,
  SEPARABLE_CONV1D_OPTIONS,
  type Conv1dTransposeOptions,
  type DepthwiseConv1dOptions,
  type SeparableConv1dOptions,
} from './convolution.ts';
import {
  GAUSSIAN_SAMPLING_OPTIONS,
  generativeClasses,
  makeKlDivergence,
  REVERSIBLE_EMBEDDING_OPTIONS,
  type GaussianSamplingOptions,
  type ReversibleEmbeddingOptions,
} from './generative.ts';
import { historicClasses } from './historic.ts';
import { lambdaClasses, LAMBDA_OPTIONS, type LambdaFunction, type LambdaOptions } from './lambda.ts';
import {
  MC_DROPOUT_OPTIONS,
  noiseClasses,
  SPATIAL_DROPOUT_OPTIONS,
  STOCHASTIC_DEPTH_OPTIONS,
  type McDropoutOptions,
  type SpatialDropoutOptions,
  type StochasticDepthOptions,
} from './noise.ts';
import {
  GROUP_NORM_OPTIONS,
  INSTANCE_NORM_OPTIONS,
  normalizationClasses,
  RMS_NORM_OPTIONS,
  UNIT_NORMALIZATION_OPTIONS,
  type GroupNormOptions,
  type InstanceNormOptions,
  type RmsNormOptions,
  type UnitNormalizationOptions,
} from './normalization.ts';
import type { Layer } from './options.ts';
import {
  LEARNED_POSITIONS_OPTIONS,
  positionClasses,
  SINE_POSITIONS_OPTIONS,
  type LearnedPositionsOptions,
  type SinePositionsOptions,
} from './positions.ts';
import type { Regularizer } from './resolve.ts';
import {
  CROPPING_1D_OPTIONS,
  CROPPING_3D_OPTIONS,
  MAX_POOLING_WITH_INDICES_OPTIONS,
  MAX_UNPOOLING_OPTIONS,
  resamplingClasses,
  UP_SAMPLING_1D_OPTIONS,
  UP_SAMPLING_3D_OPTIONS,
  ZERO_PADDING_1D_OPTIONS,
  ZERO_PADDING_3D_OPTIONS,
  type Cropping1dOptions,
  type Cropping3dOptions,
  type MaxPoolingWithIndicesOptions,
  type MaxUnpoolingOptions,
  type UpSampling1dOptions,
  type UpSampling3dOptions,
  type ZeroPadding1dOptions,
  type ZeroPadding3dOptions,
} from './resampling.ts';
import {
  NORMALIZATION_OPTIONS,
  standardizeClasses,
  type NormalizationLayer,
  type NormalizationOptions,
} from './standardize.ts';

const makeClasses = (tf: TensorLibrary) => ({
  ...normalizationClasses(tf),
  ...attentionClasses(tf),
  ...positionClasses(tf),
  ...noiseClasses(tf),
  ...lambdaClasses(tf),
  ...convolutionClasses(tf),
  ...resamplingClasses(tf),
  ...augmentationClasses(tf),
  ...standardizeClasses(tf),
  ...generativeClasses(tf),
  ...historicClasses(tf),
});
type Classes = ReturnType<typeof makeClasses>;

/** The classes of each copy of TensorFlow.js. */
const made = new WeakMap<object, Classes>();

/** The classes of the layers. Saved models know them from the first call on. */
export function layerClasses(tf: TensorLibrary): Classes {
  let classes = made.get(tf);
  if (!classes) {
    made.set(tf, (classes = makeClasses(tf)));
    for (const cls of Object.values(classes))
      tf.serialization.registerClass(
        cls as unknown as serialization.SerializableConstructor<serialization.Serializable>,
      );
  }
  return classes;
}

/** Makes saved models know all layers and regularizers. */
export function registerLayers(tf: TensorLibrary): void {
  layerClasses(tf);
  klDivergence(tf, 1);
}

/** The class of each copy of TensorFlow.js. */
const divergences = new WeakMap<object, ReturnType<typeof makeKlDivergence>>();

/** The activity regularizer of [means, logarithms of variances]: a weight times the divergence from N(0, 1). */
export function klDivergence(tf: TensorLibrary, weight: number): Regularizer {
  let KlDivergence = divergences.get(tf);
  if (!KlDivergence) {
    divergences.set(tf, (KlDivergence = makeKlDivergence(tf)));
    tf.serialization.registerClass(KlDivergence as never);
  }
  return new KlDivergence({ weight });
}

/** The functions by the classes that they make. */
const functions = new Map<string, string>();

/** The function that makes a layer of a class, by the class's name in saved models: `nn.groupNorm`. */
export const functionOfLayer = (className: string): string | undefined => functions.get(className);

/** The functions that make the layers, for one session. */
export function makeLayers(loaded: LoadedLibrary) {
  /** Makes the function of a layer: it checks the names of the options, and the class their values. */
  const layer =
    <O extends object>(name: string, className: keyof Classes, names: OptionNames<O>) =>
    (options: O): Layer => {
      const where = `nn.${name}`;
      const tf = needLibrary(loaded, where);
      checkOptions(where, options, names);
      const Cls = layerClasses(tf)[className] as (new (options: O) => Layer) & { className: string };
      functions.set(Cls.className, where);
      return new Cls(options);
    };
  const groupNorm = layer<GroupNormOptions>('groupNorm', 'GroupNormalization', GROUP_NORM_OPTIONS);
  const instanceNorm = layer<InstanceNormOptions>('instanceNorm', 'InstanceNormalization', INSTANCE_NORM_OPTIONS);
  const rmsNorm = layer<RmsNormOptions>('rmsNorm', 'RMSNormalization', RMS_NORM_OPTIONS);
  const unitNormalization = layer<UnitNormalizationOptions>(
    'unitNormalization',
    'UnitNormalization',
    UNIT_NORMALIZATION_OPTIONS,
  );
  const attention = layer<AttentionOptions>('attention', 'Attention', ATTENTION_OPTIONS);
  const multiHeadAttention = layer<MultiHeadAttentionOptions>(
    'multiHeadAttention',
    'MultiHeadAttention',
    MULTI_HEAD_ATTENTION_OPTIONS,
  );
  const sinePositions = layer<SinePositionsOptions>('sinePositions', 'SinePositionEncoding', SINE_POSITIONS_OPTIONS);
  const learnedPositions = layer<LearnedPositionsOptions>(
    'learnedPositions',
    'PositionEmbedding',
    LEARNED_POSITIONS_OPTIONS,
  );
  const stochasticDepth = layer<StochasticDepthOptions>('stochasticDepth', 'StochasticDepth', STOCHASTIC_DEPTH_OPTIONS);
  const mcDropout = layer<McDropoutOptions>('mcDropout', 'MCDropout', MC_DROPOUT_OPTIONS);
  const spatialDropout2d = layer<SpatialDropoutOptions>(
    'spatialDropout2d',
    'SpatialDropout2D',
    SPATIAL_DROPOUT_OPTIONS,
  );
  const spatialDropout3d = layer<SpatialDropoutOptions>(
    'spatialDropout3d',
    'SpatialDropout3D',
    SPATIAL_DROPOUT_OPTIONS,
  );
  const depthwiseConv1d = layer<DepthwiseConv1dOptions>('depthwiseConv1d', 'DepthwiseConv1D', DEPTHWISE_CONV1D_OPTIONS);
  const separableConv1d = layer<SeparableConv1dOptions>('separableConv1d', 'SeparableConv1D', SEPARABLE_CONV1D_OPTIONS);
  const conv1dTranspose = layer<Conv1dTransposeOptions>('conv1dTranspose', 'Conv1DTranspose', CONV1D_TRANSPOSE_OPTIONS);
  const upSampling1d = layer<UpSampling1dOptions>('upSampling1d', 'UpSampling1D', UP_SAMPLING_1D_OPTIONS);
  const upSampling3d = layer<UpSampling3dOptions>('upSampling3d', 'UpSampling3D', UP_SAMPLING_3D_OPTIONS);
  const zeroPadding1d = layer<ZeroPadding1dOptions>('zeroPadding1d', 'ZeroPadding1D', ZERO_PADDING_1D_OPTIONS);
  const zeroPadding3d = layer<ZeroPadding3dOptions>('zeroPadding3d', 'ZeroPadding3D', ZERO_PADDING_3D_OPTIONS);
  const cropping1d = layer<Cropping1dOptions>('cropping1d', 'Cropping1D', CROPPING_1D_OPTIONS);
  const cropping3d = layer<Cropping3dOptions>('cropping3d', 'Cropping3D', CROPPING_3D_OPTIONS);
  const maxPoolingWithIndices = layer<MaxPoolingWithIndicesOptions>(
    'maxPoolingWithIndices',
    'MaxPoolingWithIndices',
    MAX_POOLING_WITH_INDICES_OPTIONS,
  );
  const maxUnpooling = layer<MaxUnpoolingOptions>('maxUnpooling', 'MaxUnpooling', MAX_UNPOOLING_OPTIONS);
  const randomFlip = layer<RandomFlipOptions>('randomFlip', 'RandomFlip', RANDOM_FLIP_OPTIONS);
  const randomRotation = layer<RandomRotationOptions>('randomRotation', 'RandomRotation', RANDOM_ROTATION_OPTIONS);
  const randomTranslation = layer<RandomTranslationOptions>(
    'randomTranslation',
    'RandomTranslation',
    RANDOM_TRANSLATION_OPTIONS,
  );
  const randomZoom = layer<RandomZoomOptions>('randomZoom', 'RandomZoom', RANDOM_ZOOM_OPTIONS);
  const randomCrop = layer<RandomCropOptions>('randomCrop', 'RandomCrop', RANDOM_CROP_OPTIONS);
  const randomBrightness = layer<RandomToneOptions>('randomBrightness', 'RandomBrightness', RANDOM_TONE_OPTIONS);
  const randomContrast = layer<RandomToneOptions>('randomContrast', 'RandomContrast', RANDOM_TONE_OPTIONS);
  const reversibleEmbedding = layer<ReversibleEmbeddingOptions>(
    'reversibleEmbedding',
    'ReversibleEmbedding',
    REVERSIBLE_EMBEDDING_OPTIONS,
  );
  const gaussianSampling = layer<GaussianSamplingOptions>(
    'gaussianSampling',
    'GaussianSampling',
    GAUSSIAN_SAMPLING_OPTIONS,
  );
  const normalization = layer<NormalizationOptions>('normalization', 'Normalization', NORMALIZATION_OPTIONS);
  return {
    /**
     * A layer that normalizes groups of channels of each example by their own mean and variance, and then multiplies by
     * γ and adds β for each channel (Wu & He 2018, https://arxiv.org/abs/1803.08494). It does not depend on the batch,
     * so it computes the same in training and prediction. As Keras's GroupNormalization.
     *
     * `[batch, …, channels]` → the same shape.
     * @throws RangeError if the groups do not divide the channels
     * @example
     * ```ts
     * const x = tf.randomNormal([2, 8, 8, 16]);
     * nn.groupNorm({ groups: 4 }).apply(x); // → Tensor float32 [2, 8, 8, 16] …
     * ```
     */
    groupNorm: (options: GroupNormOptions = {}): Layer => groupNorm(options),
    /**
     * A layer that normalizes each channel of each example by its own mean and variance over all places, and then
     * multiplies by γ and adds β (Ulyanov, Vedaldi & Lempitsky 2016, https://arxiv.org/abs/1607.08022): `nn.groupNorm`
     * with as many groups as channels.
     *
     * `[batch, …, channels]` → the same shape.
     * @example
     * ```ts
     * const y = nn.instanceNorm().apply(tf.randomNormal([1, 8, 8, 3])) as tf.Tensor;
     * check.close(y.mean([1, 2]), [[0, 0, 0]], 'the mean of each channel is 0', { tolerance: 1e-4 });
     * ```
     */
    instanceNorm: (options: InstanceNormOptions = {}): Layer => instanceNorm(options),
    /**
     * A layer that divides by the root of the mean square along an axis and multiplies by a learned scale:
     * x / √(mean(x²) + ε) · scale (Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467). As Keras's
     * RMSNormalization.
     *
     * `[batch, …, features]` → the same shape.
     * @example
     * ```ts
     * nn.rmsNorm({ epsilon: 0 }).apply(tf.tensor2d([[3, 4]])); // → [[0.848528, 1.131371]]
     * ```
     */
    rmsNorm: (options: RmsNormOptions = {}): Layer => rmsNorm(options),
    /**
     * A layer that scales to Euclidean length 1 along an axis: x / ‖x‖. As Keras's UnitNormalization.
     *
     * `[batch, …, features]` → the same shape.
     * @example
     * ```ts
     * nn.unitNormalization().apply(tf.tensor2d([[3, 4]])); // → [[0.6, 0.8]]
     * ```
     */
    unitNormalization: (options: UnitNormalizationOptions = {}): Layer => unitNormalization(options),
    /**
     * Attention without projections: softmax(query · keyᵀ) · value, as Keras's Attention. Apply it to one tensor, to
     * `[query, value]`, or to `[query, value, key]`. Masks of values and keys hide them; a mask of queries makes their
     * results 0. `layer.apply([query, value], { attentionMask })` with a tensor `[batch, targets, sources]` of 1 and 0
     * hides single pairs.
     *
     * query `[batch, targets, features]`, value `[batch, sources, size]`, key `[batch, sources, features]` →
     * `[batch, targets, size]`, and with `returnAttentionScores` the weights `[batch, targets, sources]`.
     * @throws RangeError if queries and keys do not have the same number of features
     * @example
     * ```ts
     * const query = tf.tensor3d([[[10, 0]]]);
     * const keys = tf.tensor3d([[[1, 0], [0, 1]]]);
     * const values = tf.tensor3d([[[5], [7]]]);
     * // Almost only the first key fits
     * nn.attention().apply([query, values, keys]); // → [[[5.0001]]]
     * ```
     */
    attention: (options: AttentionOptions = {}): Layer => attention(options),
    /**
     * Attention with several heads (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762): queries, keys and values
     * are projected for each head, softmax(Q Kᵀ / √keyDim) V is computed, and all heads are projected to the output. As
     * Keras's MultiHeadAttention, with its weights in its order. Apply it to one tensor for self-attention, to
     * `[query, value]`, or to `[query, value, key]`. Masks of values and keys hide them.
     * `layer.apply([query, value], { attentionMask })` with a tensor `[batch, targets, sources]` of 1 and 0 hides
     * single pairs.
     *
     * query `[batch, targets, features]`, value and key `[batch, sources, …]` → `[batch, targets, outputDim]`, and with
     * `returnAttentionScores` the weights `[batch, heads, targets, sources]`.
     * @example
     * ```ts
     * const x = tf.input({ shape: [10, 32] });
     * const y = nn.multiHeadAttention({ numHeads: 4, keyDim: 8, causal: true }).apply([x, x]) as tf.SymbolicTensor;
     * nn.countParameters(tf.model({ inputs: x, outputs: y })).total; // → 4224
     * ```
     */
    multiHeadAttention: (options: MultiHeadAttentionOptions): Layer => multiHeadAttention(options),
    /**
     * A layer that adds the sine encodings of positions (`nn.positionWaves`) to its input (Vaswani et al. 2017,
     * https://arxiv.org/abs/1706.03762, section 3.5).
     *
     * `[batch, places, features]` → the same shape.
     * @example
     * ```ts
     * nn.sinePositions().apply(tf.zeros([1, 2, 2])); // → [[[0, 1], [0.841471, 0.5403023]]]
     * ```
     */
    sinePositions: (options: SinePositionsOptions = {}): Layer => sinePositions(options),
    /**
     * A layer that adds a learned vector for each position to its input: `sequenceLength · features` parameters.
     *
     * `[batch, places, features]` → the same shape.
     * @throws RangeError for more places than `sequenceLength`
     * @example
     * ```ts
     * const model = tf.sequential({
     *   layers: [
     *     tf.layers.embedding({ inputDim: 50, outputDim: 8, inputLength: 20 }),
     *     nn.learnedPositions({ sequenceLength: 20 }),
     *   ],
     * });
     * nn.countParameters(model).total; // → 560
     * ```
     */
    learnedPositions: (options: LearnedPositionsOptions): Layer => learnedPositions(options),
    /**
     * A layer at the end of a residual branch that drops the whole branch in training, with probability `rate`, and
     * divides by 1 − rate what it keeps (Huang et al. 2016, https://arxiv.org/abs/1603.09382). It does nothing in
     * prediction.
     *
     * `[batch, …]` → the same shape.
     * @example
     * ```ts
     * const x = tf.input({ shape: [16] });
     * const branch = tf.layers.dense({ units: 16, activation: 'relu' }).apply(x);
     * const kept = nn.stochasticDepth({ rate: 0.2, seed: 1 }).apply(branch) as tf.SymbolicTensor;
     * tf.model({ inputs: x, outputs: tf.layers.add().apply([x, kept]) as tf.SymbolicTensor });
     * ```
     */
    stochasticDepth: (options: StochasticDepthOptions): Layer => stochasticDepth(options),
    /**
     * Dropout that also acts in prediction, so that predictions of the same input differ by the model's uncertainty
     * (Monte Carlo dropout: Gal & Ghahramani 2016, https://arxiv.org/abs/1506.02142). What is kept is divided by
     * 1 − rate.
     *
     * `[batch, …]` → the same shape.
     * @example
     * ```ts
     * const hidden = tf.layers.dense({ units: 32, inputShape: [1] });
     * const layers = [hidden, nn.mcDropout({ rate: 0.2 }), tf.layers.dense({ units: 1 })];
     * const model = tf.sequential({ layers });
     * const runs = Array.from({ length: 20 }, () => model.predict(tf.ones([1, 1])) as tf.Tensor);
     * // How far the predictions differ
     * linalg.std(tf.stack(runs));
     * ```
     */
    mcDropout: (options: McDropoutOptions): Layer => mcDropout(options),
    /**
     * Dropout of whole channels of images, in training (Tompson et al. 2015, https://arxiv.org/abs/1411.4280). As
     * Keras's SpatialDropout2D.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const x = tf.ones([1, 4, 4, 8]);
     * // Whole channels are 0; what is left is divided by 1 − rate
     * nn.spatialDropout2d({ rate: 0.5, seed: 1 }).apply(x, { training: true });
     * ```
     */
    spatialDropout2d: (options: SpatialDropoutOptions): Layer => spatialDropout2d(options),
    /**
     * Dropout of whole channels of volumes, in training. As Keras's SpatialDropout3D.
     *
     * `[batch, depth, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * nn.spatialDropout3d({ rate: 0.5, seed: 1 }).apply(tf.ones([1, 2, 2, 2, 4]), { training: true });
     * ```
     */
    spatialDropout3d: (options: SpatialDropoutOptions): Layer => spatialDropout3d(options),
    /**
     * A layer that computes a function of your own, of a tensor or of an array of them: `nn.lambda(x => tf.square(x))`.
     * It has no weights. A saved model keeps the function's name, not its code: before it is loaded elsewhere, define
     * the function and call `nn.registerFunction`.
     * @throws Error when it is saved and the function has no name
     * @example
     * ```ts
     * const layers = [tf.layers.dense({ units: 4, inputShape: [2] }), nn.lambda((x: tf.Tensor) => x.square())];
     * tf.sequential({ layers }).predict(tf.ones([1, 2])); // → Tensor float32 [1, 4] …
     * ```
     */
    lambda: (f: LambdaFunction, options: LambdaOptions = {}): Layer => {
      const tf = needLibrary(loaded, 'nn.lambda');
      if (typeof f !== 'function')
        throw new TypeError(
          `nn.lambda: the first argument must be a function of a tensor, such as (x) => tf.square(x), got ${shown(f)}`,
        );
      checkOptions('nn.lambda', options, LAMBDA_OPTIONS);
      return new (layerClasses(tf).Lambda)({ ...options, function: f });
    },
    /**
     * A convolution along one axis in which each channel is convolved by itself. As Keras's DepthwiseConv1D.
     *
     * `[batch, places, channels]` → `[batch, places′, channels · depthMultiplier]`, where places′ is
     * ⌈(places − reach + 1) / strides⌉ with padding 'valid', else ⌈places / strides⌉.
     * @example
     * ```ts
     * const layer = nn.depthwiseConv1d({ kernelSize: 3, padding: 'causal', depthwiseInitializer: 'ones' });
     * layer.apply(tf.tensor3d([[[1], [2], [3], [4]]])); // → [[[1], [3], [6], [9]]]
     * ```
     */
    depthwiseConv1d: (options: DepthwiseConv1dOptions): Layer => depthwiseConv1d(options),
    /**
     * A depthwise convolution along one axis, and then a mixture of its channels at each place, with far fewer
     * parameters than a full convolution. As Keras's SeparableConv1D.
     *
     * `[batch, places, channels]` → `[batch, places′, filters]`, where places′ is ⌈(places − reach + 1) / strides⌉ with
     * padding 'valid', else ⌈places / strides⌉.
     * @example
     * ```ts
     * const layer = nn.separableConv1d({ filters: 16, kernelSize: 5, padding: 'same', inputShape: [100, 8] });
     * nn.countParameters(tf.sequential({ layers: [layer] })).total; // → 184
     * ```
     */
    separableConv1d: (options: SeparableConv1dOptions): Layer => separableConv1d(options),
    /**
     * A transposed convolution along one axis: what the gradient of a convolution does, to make sequences longer. As
     * Keras's Conv1DTranspose.
     *
     * `[batch, places, channels]` → `[batch, places′, filters]`, where places′ is places · strides with padding 'same',
     * and places · strides + max(kernelSize − strides, 0) with 'valid'.
     * @example
     * ```ts
     * const layer = nn.conv1dTranspose({ filters: 4, kernelSize: 2, strides: 2 });
     * layer.apply(tf.ones([1, 10, 8])); // → Tensor float32 [1, 20, 4] …
     * ```
     */
    conv1dTranspose: (options: Conv1dTransposeOptions): Layer => conv1dTranspose(options),
    /**
     * A layer that repeats each place of a sequence. As Keras's UpSampling1D.
     *
     * `[batch, places, channels]` → `[batch, places · size, channels]`.
     * @example
     * ```ts
     * nn.upSampling1d({ size: 2 }).apply(tf.tensor3d([[[1], [2]]])); // → [[[1], [1], [2], [2]]]
     * ```
     */
    upSampling1d: (options: UpSampling1dOptions = {}): Layer => upSampling1d(options),
    /**
     * A layer that repeats each place of a volume. As Keras's UpSampling3D.
     *
     * `[batch, depth, height, width, channels]` → the same with depth, height and width times `size`.
     * @example
     * ```ts
     * nn.upSampling3d({ size: [1, 2, 2] }).apply(tf.ones([1, 3, 4, 4, 2])); // → Tensor float32 [1, 3, 8, 8, 2] …
     * ```
     */
    upSampling3d: (options: UpSampling3dOptions = {}): Layer => upSampling3d(options),
    /**
     * A layer that puts zeros before and behind a sequence. As Keras's ZeroPadding1D.
     *
     * `[batch, places, channels]` → `[batch, before + places + behind, channels]`.
     * @example
     * ```ts
     * nn.zeroPadding1d({ padding: [2, 0] }).apply(tf.tensor3d([[[1], [2]]])); // → [[[0], [0], [1], [2]]]
     * ```
     */
    zeroPadding1d: (options: ZeroPadding1dOptions = {}): Layer => zeroPadding1d(options),
    /**
     * A layer that puts zeros around a volume. As Keras's ZeroPadding3D.
     *
     * `[batch, depth, height, width, channels]` → the same with larger depth, height and width.
     * @example
     * ```ts
     * nn.zeroPadding3d({ padding: 1 }).apply(tf.ones([1, 2, 2, 2, 1])); // → Tensor float32 [1, 4, 4, 4, 1] …
     * ```
     */
    zeroPadding3d: (options: ZeroPadding3dOptions = {}): Layer => zeroPadding3d(options),
    /**
     * A layer that takes places away at both ends of a sequence. As Keras's Cropping1D.
     *
     * `[batch, places, channels]` → `[batch, places − before − behind, channels]`.
     * @throws RangeError if nothing is left
     * @example
     * ```ts
     * nn.cropping1d({ cropping: [1, 2] }).apply(tf.tensor3d([[[1], [2], [3], [4], [5]]])); // → [[[2], [3]]]
     * ```
     */
    cropping1d: (options: Cropping1dOptions = {}): Layer => cropping1d(options),
    /**
     * A layer that takes places away at the sides of a volume. As Keras's Cropping3D.
     *
     * `[batch, depth, height, width, channels]` → the same with smaller depth, height and width.
     * @throws RangeError if nothing is left
     * @example
     * ```ts
     * nn.cropping3d({ cropping: 1 }).apply(tf.ones([1, 4, 4, 4, 2])); // → Tensor float32 [1, 2, 2, 2, 2] …
     * ```
     */
    cropping3d: (options: Cropping3dOptions = {}): Layer => cropping3d(options),
    /**
     * Max pooling by windows that do not overlap, which also returns where each maximum stood, for `nn.maxUnpooling`.
     *
     * `[batch, height, width, channels]` → the maxima `[batch, ⌊height/h⌋, ⌊width/w⌋, channels]`, and their indices of
     * the same shape: (y · width + x) · channels + channel in the image.
     * @example
     * ```ts
     * const x = tf.tensor4d([1, 9, 3, 4], [1, 2, 2, 1]);
     * const [maxima, indices] = nn.maxPoolingWithIndices().apply(x) as tf.Tensor[];
     * [maxima.dataSync()[0], indices.dataSync()[0]]; // → [9, 1]
     * ```
     */
    maxPoolingWithIndices: (options: MaxPoolingWithIndicesOptions = {}): Layer => maxPoolingWithIndices(options),
    /**
     * Puts maxima back where they stood, with zeros elsewhere: apply it to `[maxima, indices]` of
     * `nn.maxPoolingWithIndices` (Badrinarayanan et al. 2015, https://arxiv.org/abs/1511.00561).
     *
     * `[batch, h, w, channels]` twice → `[batch, height, width, channels]`. Of images whose size the windows do not
     * divide, give `outputSize`.
     * @example
     * ```ts
     * const x = tf.tensor4d([1, 9, 3, 4], [1, 2, 2, 1]);
     * const pooled = nn.maxPoolingWithIndices().apply(x) as tf.Tensor[];
     * nn.maxUnpooling().apply(pooled); // → [[[[0], [9]], [[0], [0]]]]
     * ```
     */
    maxUnpooling: (options: MaxUnpoolingOptions = {}): Layer => maxUnpooling(options),
    /**
     * A layer that mirrors images at random, each by itself, in training. As Keras's RandomFlip.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const { images, shape } = data.shapes({ n: 4 });
     * nn.randomFlip({ mode: 'horizontal', seed: 1 }).apply(tf.tensor4d(images, shape), { training: true });
     * ```
     */
    randomFlip: (options: RandomFlipOptions = {}): Layer => randomFlip(options),
    /**
     * A layer that turns images about their middle by random angles, each by its own, in training. As Keras's
     * RandomRotation. No gradient goes back to the images.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const rotate = nn.randomRotation({ factor: 0.1, seed: 1, inputShape: [28, 28, 1] });
     * // In training, images turn by up to 36 degrees; in prediction they stay
     * tf.sequential({ layers: [rotate, ...nn.lenet5().layers.slice(1)] });
     * ```
     */
    randomRotation: (options: RandomRotationOptions): Layer => randomRotation(options),
    /**
     * A layer that shifts images at random, each by its own shift, in training. As Keras's RandomTranslation. No
     * gradient goes back to the images.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const layer = nn.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, fillMode: 'constant', seed: 1 });
     * const { images, shape } = data.digits({ n: 4 });
     * layer.apply(tf.tensor4d(images, shape), { training: true }); // → Tensor float32 [4, 28, 28, 1] …
     * ```
     */
    randomTranslation: (options: RandomTranslationOptions): Layer => randomTranslation(options),
    /**
     * A layer that makes what images show larger or smaller at random, each by its own factor, in training. As Keras's
     * RandomZoom. No gradient goes back to the images.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const layer = nn.randomZoom({ heightFactor: 0.2, seed: 1 });
     * const { images, shape } = data.digits({ n: 4 });
     * layer.apply(tf.tensor4d(images, shape), { training: true }); // → Tensor float32 [4, 28, 28, 1] …
     * ```
     */
    randomZoom: (options: RandomZoomOptions): Layer => randomZoom(options),
    /**
     * A layer that takes a random part of images in training, the same of all images of a batch, and the middle in
     * prediction. As Keras's RandomCrop.
     *
     * `[batch, …, …, channels]` → `[batch, height, width, channels]`.
     * @throws RangeError for images that are smaller than the part
     * @example
     * ```ts
     * const layer = nn.randomCrop({ height: 24, width: 24, seed: 1 });
     * layer.apply(tf.ones([2, 32, 32, 3]), { training: true }); // → Tensor float32 [2, 24, 24, 3] …
     * ```
     */
    randomCrop: (options: RandomCropOptions): Layer => randomCrop(options),
    /**
     * A layer that makes images brighter or darker at random, each by its own amount, in training: it adds a number of
     * the factor's range times (white − black), and clips. As Keras's RandomBrightness, for values from 0 to 1 by
     * default.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const layer = nn.randomBrightness({ factor: 0.2, seed: 1 });
     * layer.apply(tf.fill([2, 4, 4, 1], 0.5), { training: true }); // → Tensor float32 [2, 4, 4, 1] …
     * ```
     */
    randomBrightness: (options: RandomToneOptions): Layer => randomBrightness(options),
    /**
     * A layer that spreads the values of images about the mean of each channel at random, each by its own factor, in
     * training: (x − mean) · (1 + f) + mean, clipped. As Keras's RandomContrast, for values from 0 to 1 by default.
     *
     * `[batch, height, width, channels]` → the same shape.
     * @example
     * ```ts
     * const layer = nn.randomContrast({ factor: 0.5, seed: 1 });
     * layer.apply(tf.randomUniform([2, 4, 4, 1]), { training: true }); // → Tensor float32 [2, 4, 4, 1] …
     * ```
     */
    randomContrast: (options: RandomToneOptions): Layer => randomContrast(options),
    /**
     * An embedding that also reads out: of tokens it gives their vectors, and of vectors the products with all tokens'
     * vectors, the logits (tied weights: Press & Wolf 2017, https://arxiv.org/abs/1608.05859). Apply the same layer at
     * both ends of a model.
     *
     * `[batch, places]` → `[batch, places, outputDim]`; `[batch, places, outputDim]` → `[batch, places, inputDim]`.
     * @example
     * ```ts
     * const embedding = nn.reversibleEmbedding({ inputDim: 50, outputDim: 8 });
     * const vectors = embedding.apply(tf.tensor2d([[1, 2, 3]], [1, 3], 'int32')) as tf.Tensor;
     * embedding.apply(vectors, { reverse: true }); // → Tensor float32 [1, 3, 50] …
     * ```
     */
    reversibleEmbedding: (options: ReversibleEmbeddingOptions): Layer => reversibleEmbedding(options),
    /**
     * A sample of normal distributions whose parameters come in, with the gradient of both: μ + σ · noise (Kingma &
     * Welling 2014, https://arxiv.org/abs/1312.6114). In prediction it is the mean.
     *
     * `[batch, 2n]`, n means and then n logarithms of variances → `[batch, n]`.
     * @example
     * ```ts
     * // Means 1 and 2, variances exp(0)
     * const parameters = tf.tensor2d([[1, 2, 0, 0]]);
     * nn.gaussianSampling({ seed: 1 }).apply(parameters); // → [[1, 2]]
     * ```
     */
    gaussianSampling: (options: GaussianSamplingOptions = {}): Layer => gaussianSampling(options),
    /**
     * A layer that brings data to mean 0 and variance 1: (x − mean) / √variance. Call `adapt` with the training data
     * before the training, or give mean and variance. As Keras's Normalization; the statistics are saved with the
     * model.
     *
     * `[batch, …]` → the same shape.
     * @example
     * ```ts
     * const layer = nn.normalization();
     * await layer.adapt(tf.tensor2d([[1, 10], [3, 30]]));
     * layer.apply(tf.tensor2d([[2, 20], [3, 30]])); // → [[0, 0], [1, 1]]
     * ```
     */
    normalization: (options: NormalizationOptions = {}): NormalizationLayer =>
      normalization(options) as NormalizationLayer,
  };
}
