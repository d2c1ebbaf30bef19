// `nn` of the module `dlnb`: parts of networks and training loops that TensorFlow.js lacks.
import type * as tfTypes from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  kindOf,
  locate,
  readBytes,
  writeWhole,
  wrongKind,
  type FileHost,
  type FilePath,
} from '../data/files/locate.ts';
import { needLibrary, type LoadedLibrary } from '../library.ts';
import { clipByNorm, clipByValue, clipping, gradientNorm, type ClipLimit, type Gradients } from './clip.ts';
import {
  loadWeights,
  saveWeights,
  type LoadedWeights,
  type LoadWeightsOptions,
  type SaveWeightsOptions,
} from './files/weights.ts';
import { chrono, makeInitializers, type ChronoOptions } from './initializers.ts';
import { makeLayers } from './layers/index.ts';
import { registerFunction, type LambdaFunction } from './layers/lambda.ts';
import type { Layer } from './layers/options.ts';
import { positionWaves } from './layers/positions.ts';
import {
  alexnet,
  denseBlock,
  densenet,
  inceptionBlock,
  lenet5,
  mobilenet,
  type AlexNetOptions,
  type DenseBlockOptions,
  type DenseNetOptions,
  type InceptionBlockOptions,
  type LeNet5Options,
  type MobileNetOptions,
} from './models/classic.ts';
import { unet, unetBlock, vae, type UNetBlockOptions, type UNetOptions, type VaeOptions } from './models/images.ts';
import {
  charLM,
  transformer,
  transformerBlock,
  type CharLMOptions,
  type TransformerBlockOptions,
  type TransformerOptions,
} from './models/sequence.ts';
import { countParameters, residualBlock, resnet, type ResidualBlockOptions, type ResNetOptions } from './residual.ts';
import type { OnnxNetwork } from './onnx/import.ts';
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
export type { LoadedWeights, LoadWeightsOptions, SaveWeightsOptions } from './files/weights.ts';
export type { ChronoOptions, FanInitializerOptions, InitializerOptions } from './initializers.ts';
export type { AttentionOptions, MultiHeadAttentionOptions } from './layers/attention.ts';
export type { Conv1dTransposeOptions, DepthwiseConv1dOptions, SeparableConv1dOptions } from './layers/convolution.ts';
export type { LambdaFunction, LambdaOptions } from './layers/lambda.ts';
export type { McDropoutOptions, SpatialDropoutOptions, StochasticDepthOptions } from './layers/noise.ts';
export type {
  GroupNormOptions,
  InstanceNormOptions,
  RmsNormOptions,
  UnitNormalizationOptions,
} from './layers/normalization.ts';
export type { Layer, LayerOptions } from './layers/options.ts';
export type { LearnedPositionsOptions, SinePositionsOptions } from './layers/positions.ts';
export type {
  Cropping1dOptions,
  Cropping3dOptions,
  MaxPoolingWithIndicesOptions,
  MaxUnpoolingOptions,
  UpSampling1dOptions,
  UpSampling3dOptions,
  ZeroPadding1dOptions,
  ZeroPadding3dOptions,
} from './layers/resampling.ts';
export type { AdaptData, NormalizationLayer, NormalizationOptions } from './layers/standardize.ts';
export type { GaussianSamplingOptions, ReversibleEmbeddingOptions } from './layers/generative.ts';
export type {
  AlexNetOptions,
  DenseBlockOptions,
  DenseNetOptions,
  InceptionBlockOptions,
  LeNet5Options,
  MobileNetOptions,
} from './models/classic.ts';
export type { UNetBlockOptions, UNetOptions, Vae, VaeOptions } from './models/images.ts';
export type { CharLMOptions, TransformerBlockOptions, TransformerOptions } from './models/sequence.ts';
export type { OnnxEnd, OnnxNetwork } from './onnx/import.ts';
export type { ResidualBlockOptions, ResNetOptions } from './residual.ts';
export type {
  CosineDecayOptions,
  ExponentialDecayOptions,
  Schedule,
  ScheduleCallbackOptions,
  StepDecayOptions,
} from './schedules.ts';

/** Makes `nn` for one session. */
export function makeNn(loaded: LoadedLibrary, host: FileHost = { folder: () => process.cwd() }) {
  const need = (name: string) => needLibrary(loaded, `nn.${name}`);
  return {
    ...makeLayers(loaded),
    /** Initializers by the names of their authors, with the variances of their papers. */
    initializers: makeInitializers(loaded),
    /** {@link chrono} */
    chrono: <L extends Layer>(layer: L, options: ChronoOptions) => chrono(need('chrono'), layer, options),
    /** {@link registerFunction} */
    registerFunction: (name: string, f: LambdaFunction) => registerFunction(name, f),
    /** {@link positionWaves} */
    positionWaves: (length: number, size: number, maxWavelength?: number) =>
      positionWaves(need('positionWaves'), length, size, maxWavelength),
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
    /** {@link inceptionBlock} */
    inceptionBlock: (x: SymbolicTensor, options: InceptionBlockOptions) =>
      inceptionBlock(need('inceptionBlock'), x, options),
    /** {@link denseBlock} */
    denseBlock: (x: SymbolicTensor, options: DenseBlockOptions) => denseBlock(need('denseBlock'), x, options),
    /** {@link unetBlock} */
    unetBlock: (x: SymbolicTensor, options: UNetBlockOptions) => unetBlock(need('unetBlock'), x, options),
    /** {@link transformerBlock} */
    transformerBlock: (x: SymbolicTensor, options: TransformerBlockOptions) =>
      transformerBlock(need('transformerBlock'), x, options),
    /** {@link lenet5} */
    lenet5: (options?: LeNet5Options) => lenet5(need('lenet5'), options),
    /** {@link alexnet} */
    alexnet: (options?: AlexNetOptions) => alexnet(need('alexnet'), options),
    /** {@link densenet} */
    densenet: (options?: DenseNetOptions) => densenet(need('densenet'), options),
    /** {@link mobilenet} */
    mobilenet: (options?: MobileNetOptions) => mobilenet(need('mobilenet'), options),
    /** {@link unet} */
    unet: (options?: UNetOptions) => unet(need('unet'), options),
    /** {@link vae} */
    vae: (options?: VaeOptions) => vae(need('vae'), options),
    /** {@link charLM} */
    charLM: (options: CharLMOptions) => charLM(need('charLM'), options),
    /** {@link transformer} */
    transformer: (options: TransformerOptions) => transformer(need('transformer'), options),
    /** {@link resnet} */
    resnet: (options?: ResNetOptions) => resnet(need('resnet'), options),
    /**
     * Writes the weights of a model to a safetensors file, by the names of its layers: `conv1/kernel`; layers without a
     * name of their own are counted by kind: `dense/kernel`, `dense_1/kernel`. The file is written whole or not at all.
     * ```ts
     * import { nn, tf } from 'dlnb';
     * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
     * await nn.saveWeights(model, './out/model.safetensors');
     * await nn.loadWeights(model, './out/model.safetensors');
     * ```
     * @param file path from the notebook's folder; the folders in it are made
     * @throws TypeError for what is no model; Error if the model has no weights yet, or the file cannot be written
     */
    saveWeights: (model: LayersModel, file: FilePath, options?: SaveWeightsOptions): Promise<void> =>
      saveWeights(host, model, file, options),
    /**
     * Puts the weights of a safetensors file, or of a file of Keras, into a model, all or none. Half precision becomes float32 exactly, float64 is
     * rounded. With `from: 'pytorch'`, the file is the state dictionary of a PyTorch module
     * (`safetensors.torch.save_file(module.state_dict(), …)`): Linear, Conv1d/2d/3d and transposed, depthwise
     * convolutions, BatchNorm, LayerNorm, GroupNorm, Embedding, PReLU, LSTM, GRU (for `resetAfter: true`) and RNN. Modules
     * are found by the layers' names; those of `nn.Sequential`, which are numbers, by their order. `.weights.h5` and
     * `.keras` of Keras 3 are loaded by kinds and order of layers, as in Keras; `.h5` of Keras 2 by names.
     * ```ts
     * import { nn, tf } from 'dlnb';
     * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
     * await nn.saveWeights(model, './out/w.safetensors', { dtype: 'F16' });
     * (await nn.loadWeights(model, './out/w.safetensors')).loaded;
     * ```
     * @param file path from the notebook's folder
     * @throws Error for a file that is missing, damaged or of another kind; if names or shapes do not fit the model
     */
    loadWeights: (model: LayersModel, file: FilePath, options?: LoadWeightsOptions): Promise<LoadedWeights> =>
      loadWeights(need('loadWeights'), host, model, file, options),
    /**
     * Writes a model to an ONNX file (operators of version 17), which ONNX Runtime and other programs run. Inputs and
     * outputs keep their names, shapes and order of axes; batches may be of any size. Dropout and random layers are left
     * out, as `predict` does.
     * ```ts
     * import { nn, tf } from 'dlnb';
     * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'relu' })] });
     * await nn.toOnnx(model, './out/model.onnx');
     * ```
     * @param file path from the notebook's folder; the folders in it are made
     * @throws TypeError for what is no model; Error that names all layers that ONNX has no operators for, or if the file
     *   cannot be written
     */
    toOnnx: async (model: LayersModel, file: FilePath): Promise<void> => {
      const where = 'nn.toOnnx';
      const at = locate(where, file, host);
      const { toOnnx } = await import('./onnx/index.ts');
      await writeWhole(where, at, toOnnx(model, where));
    },
    /**
     * Reads a model from an ONNX file, of whatever program, and computes it with TensorFlow.js. Its inputs and outputs
     * keep the order of axes of the file: mostly `[batch, channels, height, width]` for images. Weights in a second file
     * are looked for beside the first. It is for predictions: nothing is trained.
     * ```ts
     * import { nn, tf } from 'dlnb';
     * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
     * await nn.toOnnx(model, './out/model.onnx');
     * const network = await nn.fromOnnx('./out/model.onnx');
     * network.predict(tf.ones([1, 3]));
     * ```
     * @param file path from the notebook's folder
     * @throws Error that names all operators that are not computed; for a file that is missing, damaged or of another kind
     */
    fromOnnx: async (file: FilePath): Promise<OnnxNetwork> => {
      const where = 'nn.fromOnnx';
      const at = locate(where, file, host);
      const bytes = await readBytes(where, file, host);
      if (bytes.length === 0 || kindOf(bytes)) throw wrongKind(where, at, bytes, 'an ONNX file');
      const { fromOnnx } = await import('./onnx/index.ts');
      return fromOnnx(need('fromOnnx'), bytes, at, `${where}: ${at}`);
    },
  };
}
