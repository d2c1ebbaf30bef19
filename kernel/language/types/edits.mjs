// What is different in TensorFlow.js here, as edits of its declarations: of each file, texts and what takes their place.
// The build fails where a text is not there exactly once.

/** Members before those of an interface or a class. */
const members = (head, ...lines) => [`${head} {\n`, `${head} {\n${lines.map((line) => `    ${line}\n`).join('')}`];
/** Lines at the end of a file. */
const more = (...lines) => [undefined, `${lines.join('\n')}\n`];

const activityRegularizer = [
  '/** A loss of the outputs, divided by the number of examples. */',
  'activityRegularizer?: RegularizerIdentifier | Regularizer;',
];
const seed = ['/** The same noise again from a new layer. */', 'seed?: number;'];
const none = (name, instead) => [`/** There is none here: ${instead}. */`, `${name}?: never;`];
const depthwise = ['Initializer', 'Constraint', 'Regularizer'].flatMap((end) =>
  none(`kernel${end}`, `write \`depthwise${end}\``),
);
const cell = none('cell', 'tf.layers.rnn takes one');
const dataFormat = [
  '/** Whether the channels are the last axis, the default, or the first after the batch. */',
  'dataFormat?: DataFormat;',
];
const keepDims = ['/** Whether the axes of space stay, with length 1. */', 'keepDims?: boolean;'];
const data = 'Tensor | Tensor[] | { [name: string]: Tensor }';
const own =
  'export type SampleWeight = Tensor | ArrayLike<number> | SampleWeight[] | { [output: string]: SampleWeight };';

/**
 * Ranks that are not known, as those of `a.add(b)` where nothing says what it is to be, are any rank: such a tensor
 * goes where a `Tensor2D` is wanted without a cast, and its `array()` is any array. What has a known rank is held to
 * it.
 */
export const everywhere = [
  [/<R extends Rank(?: = Rank)?(?=[,>])/g, '<R extends Rank = any'],
  [/\bTensor<Rank>/g, 'Tensor<any>'],
  // A shape is one of numbers all the same
  [/(\bshape\??): ShapeMap\[R\](?=[,)])/g, '$1: unknown extends R ? number[] : ShapeMap[R]'],
];

/** What comes out of layers and models: one tensor, unless the place wants a list. */
const applied = [
  /    apply\(inputs: Tensor \| Tensor\[\] \| SymbolicTensor \| SymbolicTensor\[\], kwargs\?: Kwargs\): .*;/,
  `    apply<T extends SymbolicTensor | SymbolicTensor[] = SymbolicTensor>(inputs: SymbolicTensor | SymbolicTensor[], kwargs?: Kwargs): T;
    apply<T extends Tensor | Tensor[] = Tensor>(inputs: Tensor | Tensor[], kwargs?: Kwargs): T;
    apply(inputs: Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[], kwargs?: Kwargs): Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[];`,
];

export const edits = [
  // ---- tfjs-core
  [
    'tfjs-core/dist/index.d.ts',
    ["import './base_side_effects';", "import './public/chained_ops/register_all_chained_ops';"],
  ],
  [
    'tfjs-core/dist/types.d.ts',
    // All kinds of arrays are numbers to make tensors from
    [/^(export type TensorLike\d?D? = .*)\bTypedArray\b/gm, '$1AnyTypedArray'],
    [/^(export type TensorLike\d?D? = )TypedArray\b/gm, '$1AnyTypedArray'],
    [/^(export type TensorLike(?:1D)? = .*);$/gm, '$1 | bigint[];'],
    more(
      'export type AnyTypedArray = TypedArray | Uint8ClampedArray | Int8Array | Int16Array | Uint16Array | Uint32Array | Float64Array | BigInt64Array | BigUint64Array | Float16;',
      'type Float16 = typeof globalThis extends { Float16Array: { prototype: infer T } } ? T : never;',
    ),
  ],
  [
    'tfjs-core/dist/tensor.d.ts',
    ['    readonly shape: ShapeMap[R];\n', '    readonly shape: unknown extends R ? number[] : ShapeMap[R];\n'],
  ],
  // The rank that the place wants, as the functions of these names have it: `const c: tf.Tensor2D = a.matMul(b)`
  ...['mat_mul', 'dot', 'norm'].map((name) => [
    `tfjs-core/dist/public/chained_ops/${name}.d.ts`,
    ['): Tensor;', '): T;'],
  ]),
  // All elements are reduced to a number; along axes to what the place wants
  ...['sum', 'mean', 'max', 'min', 'prod'].map((name) => [
    `tfjs-core/dist/public/chained_ops/${name}.d.ts`,
    [new RegExp(`^( *)${name}<T extends Tensor>\\(`, 'm'), `$1${name}(): Tensor<Rank.R0>;\n$&`],
  ]),
  ['tfjs-core/dist/base.d.ts', more("export { AdamWOptimizer, LionOptimizer } from './optimizers/own-optimizers';")],
  [
    'tfjs-core/dist/optimizers/optimizer_constructors.d.ts',
    [
      'export declare class OptimizerConstructors {\n',
      `import { AdamWOptimizer, LionOptimizer, NadamOptimizer } from './own-optimizers';
import type { CompiledStep } from '../../../../dlnb/tensors/engine/compile-step.ts';
export declare class OptimizerConstructors {
    /**
     * Adam with decoupled weight decay (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101).
     * @param learningRate 0.001
     * @param beta1 0.9
     * @param beta2 0.999
     * @param epsilon that of the device, 1e-7
     * @param weightDecay each step multiplies every parameter by 1 − learningRate · weightDecay first; 0.01
     */
    static adamw(learningRate?: number, beta1?: number, beta2?: number, epsilon?: number | null, weightDecay?: number): AdamWOptimizer;
    /**
     * Lion: steps of one size in the direction of the momentum's sign (Chen et al. 2023,
     * https://arxiv.org/abs/2302.06675). Its learning rates are three to ten times smaller than Adam's, its weight decays
     * three to ten times larger.
     * @param learningRate 0.0001
     * @param beta1 0.9
     * @param beta2 0.99
     * @param weightDecay 0
     */
    static lion(learningRate?: number, beta1?: number, beta2?: number, weightDecay?: number): LionOptimizer;
    /**
     * Adam with Nesterov momentum (Dozat 2016), with Keras's values by default.
     * @param learningRate 0.001
     * @param beta1 0.9
     * @param beta2 0.999
     * @param epsilon 1e-7
     */
    static nadam(learningRate?: number, beta1?: number, beta2?: number, epsilon?: number): NadamOptimizer;
    /**
     * Makes a faster function of one training step, as \`train.compileStep\` of the module \`dlnb\`.
     * @param f takes tensors, or lists and objects of tensors; it must not be async
     * @throws TypeError if \`f\` is not a function
     */
    static compileStep<A extends unknown[], R>(f: (...args: A) => R): CompiledStep<A, R>;
`,
    ],
  ],
  [
    'tfjs-core/dist/ops/ops.d.ts',
    [
      'declare const image: {\n',
      `declare const image: {
    /**
     * The pixels of a PNG or JPEG file, whichever it is. PNG files of 16 bits lose the lower eight; a palette becomes
     * colors.
     * @param bytes the whole file, as \`fs.readFileSync\` or \`await (await fetch(url)).bytes()\` gives it
     * @param channels 1 for gray, 3 for red, green and blue, 4 with opacity (255 where the file has none), or 0, the
     *   default, for what the file has: gray becomes color by repetition, color becomes gray by the luma of ITU-R BT.601
     * @returns int32 [height, width, channels], 0 … 255
     * @throws Error if the bytes are no such file or the file is broken, and if there is another number of channels
     */
    decode: (bytes: Uint8Array | ArrayBuffer, channels?: 0 | 1 | 3 | 4) => Tensor3D;
`,
    ],
    [
      'declare const losses: {\n',
      `declare const losses: {
    /**
     * The cross-entropy of softmax(logits) with labels given as numbers of classes.
     * @param labels [...] int32; the loss of a label that is not a class is NaN
     * @param logits [..., classes]
     * @param weights broadcast to [...]
     * @param reduction how the losses [...] become one; by default their mean over those whose weight is not 0
     */
    sparseSoftmaxCrossEntropy: <O extends Tensor = Scalar>(labels: Tensor | TensorLike, logits: Tensor | TensorLike, weights?: Tensor | TensorLike | null, reduction?: Reduction) => O;
`,
    ],
  ],

  // ---- tfjs-layers
  [
    'tfjs-layers/dist/keras_format/activation_config.d.ts',
    [
      "'mish' | 'gelu' | 'gelu_new';",
      `'mish' | 'gelu' | 'gelu_new' | 'logSoftmax';
/** A name, or a function from a tensor to one of the same shape: \`tf.relu\`, \`(x) => tf.sin(x)\`. */
export type AnyActivation = ActivationIdentifier | ((x: import('@tensorflow/tfjs-core').Tensor) => import('@tensorflow/tfjs-core').Tensor);`,
    ],
  ],
  [
    'tfjs-layers/dist/layers/core.d.ts',
    [
      'export interface SpatialDropout1DLayerConfig extends LayerConfig {',
      'export interface SpatialDropout1DLayerConfig extends LayerArgs {',
    ],
    ['    activation?: ActivationIdentifier;\n', '    activation?: AnyActivation;\n'],
    ['    activation: ActivationIdentifier;\n', '    activation: AnyActivation;\n'],
    [/import \{ ActivationIdentifier \}/, 'import { AnyActivation }'],
  ],
  [
    'tfjs-layers/dist/layers/advanced_activations.d.ts',
    members(
      'export declare interface ReLULayerArgs extends LayerArgs',
      '/** The slope below the threshold; 0. */',
      'negativeSlope?: number;',
      '/** Where the function begins to rise; 0. */',
      'threshold?: number;',
    ),
  ],
  [
    'tfjs-layers/dist/layers/convolutional.d.ts',
    ['    activation?: ActivationIdentifier;\n', '    activation?: AnyActivation;\n'],
    [/import \{ ActivationIdentifier \}/, 'import { AnyActivation }'],
    more(
      '/** Options of convolutions whose channels may be in groups. */',
      'export declare interface GroupedConvLayerArgs extends ConvLayerArgs {',
      '    /** In how many groups the channels are convolved, each with its own filters; 1. It divides both numbers of them. */',
      '    groups?: number;',
      '}',
    ),
    members('export declare interface SeparableConvLayerArgs extends ConvLayerArgs', ...depthwise),
  ],
  [
    'tfjs-layers/dist/layers/convolutional_depthwise.d.ts',
    members('export declare interface DepthwiseConv2DLayerArgs extends BaseConvLayerArgs', ...depthwise),
  ],
  [
    'tfjs-layers/dist/layers/pooling.d.ts',
    members('export declare interface Pooling1DLayerArgs extends LayerArgs', ...dataFormat),
    members('export declare interface GlobalPooling2DLayerArgs extends LayerArgs', ...keepDims),
    more(
      '/** Options of global pooling along one axis. */',
      'export declare interface GlobalPooling1DLayerArgs extends LayerArgs {',
      ...[...dataFormat, ...keepDims].map((line) => `    ${line}`),
      '}',
    ),
  ],
  [
    'tfjs-layers/dist/exports_layers.d.ts',
    ...['1d', '2d', '3d'].map((d) => [
      `export declare function conv${d}(args: ConvLayerArgs)`,
      `export declare function conv${d}(args: import('./layers/convolutional').GroupedConvLayerArgs)`,
    ]),
    [
      'export declare function globalAveragePooling1d(args?: LayerArgs)',
      "import type { GlobalPooling1DLayerArgs } from './layers/pooling';\nexport declare function globalAveragePooling1d(args?: GlobalPooling1DLayerArgs)",
    ],
    [
      'export declare function globalMaxPooling1d(args?: LayerArgs)',
      'export declare function globalMaxPooling1d(args?: GlobalPooling1DLayerArgs)',
    ],
  ],
  [
    'tfjs-layers/dist/layers/noise.d.ts',
    members('export declare interface GaussianNoiseArgs extends LayerArgs', ...seed),
    members('export declare interface GaussianDropoutArgs extends LayerArgs', ...seed),
    members('export declare interface AlphaDropoutArgs extends LayerArgs', ...seed),
  ],
  [
    'tfjs-layers/dist/layers/recurrent.d.ts',
    [/    activation\?: ActivationIdentifier;\n/g, '    activation?: AnyActivation;\n'],
    [/    recurrentActivation\?: ActivationIdentifier;\n/g, '    recurrentActivation?: AnyActivation;\n'],
    [/import \{ ActivationIdentifier \}/, 'import { ActivationIdentifier, AnyActivation }'],
    members('export declare interface SimpleRNNCellLayerArgs extends LayerArgs', ...activityRegularizer),
    members('export declare interface SimpleRNNLayerArgs extends BaseRNNLayerArgs', ...activityRegularizer, ...cell),
    members(
      'export declare interface GRULayerArgs extends SimpleRNNLayerArgs',
      '/** Whether the reset gate is applied after the product with the kernel, as in cuDNN; false. */',
      'resetAfter?: boolean;',
    ),
    [/true = "after" \(only false is\n\s*\* supported\)\./, 'true = "after".'],
  ],
  [
    'tfjs-layers/dist/layers/convolutional_recurrent.d.ts',
    members(
      "export declare interface ConvLSTM2DArgs extends Omit<LSTMLayerArgs, 'units' | 'cell'>, ConvRNN2DLayerArgs",
      ...cell,
    ),
  ],
  [
    'tfjs-layers/dist/callbacks.d.ts',
    members(
      'export interface EarlyStoppingCallbackArgs',
      '/** The first epoch that counts, from 0. */',
      'startFromEpoch?: number;',
    ),
    [
      'export declare const callbacks: {\n    earlyStopping: typeof earlyStopping;\n',
      `/** Options of \`tf.callbacks.reduceLROnPlateau\`. */
export interface ReduceLROnPlateauArgs {
    /** What is watched; \`val_loss\`. */
    monitor?: string;
    /** What the learning rate is multiplied by, between 0 and 1; 0.1. */
    factor?: number;
    /** Epochs without a better value before it is; 10. */
    patience?: number;
    verbose?: number;
    mode?: 'auto' | 'min' | 'max';
    /** How much better counts; 1e-4. */
    minDelta?: number;
    /** Epochs to wait after it; 0. */
    cooldown?: number;
    /** The smallest learning rate; 0. */
    minLr?: number;
}
/** Options of \`tf.callbacks.modelCheckpoint\`. */
export interface ModelCheckpointArgs {
    /**
     * Where the model is saved, e.g. \`file://checkpoints/best\` or \`file://checkpoints/{epoch}-{val_loss:.3f}\`; the epoch
     * counts from 1.
     */
    filepath: string;
    /** What is watched; \`val_loss\`. */
    monitor?: string;
    verbose?: number;
    /** Whether only a model that is better than all before is saved. */
    saveBestOnly?: boolean;
    mode?: 'auto' | 'min' | 'max';
    /** \`'epoch'\`, or a number of batches. */
    saveFreq?: 'epoch' | number;
    /** The value that the first saved model must be better than. */
    initialValueThreshold?: number;
    /** Whether the optimizer is saved with it, so that training can go on; true. */
    includeOptimizer?: boolean;
}
export declare const callbacks: {
    /**
     * Ends the training when a value has not become better for \`patience\` epochs. As in Keras 3, \`restoreBestWeights\`
     * gives the model the weights of its best epoch also if the training ends by itself.
     */
    earlyStopping: typeof earlyStopping;
    /** Multiplies the learning rate by \`factor\` when a value has not become better for \`patience\` epochs. */
    reduceLROnPlateau: (options?: ReduceLROnPlateauArgs) => Callback;
    /** Saves the model after epochs or batches, or whenever it is better than before. */
    modelCheckpoint: (options: ModelCheckpointArgs) => Callback;
`,
    ],
  ],
  [
    'tfjs-layers/dist/engine/training.d.ts',
    ['    sampleWeight?: Tensor;\n', '    sampleWeight?: SampleWeight;\n'],
    [/import \{ ModelFitArgs \} from/, 'import { ModelFitArgs, SampleWeight } from'],
    [
      'export interface ModelCompileArgs {\n',
      `/** Names of optimizers, in Keras's spelling too. */
export type OptimizerName = 'adadelta' | 'adagrad' | 'adam' | 'adamax' | 'adamw' | 'lion' | 'nadam' | 'rmsprop' | 'sgd' | (string & {});
/** Names of losses, in \`snake_case\` too. */
export type LossName = 'binaryCrossentropy' | 'categoricalCrossentropy' | 'sparseCategoricalCrossentropy' | 'meanSquaredError' | 'meanAbsoluteError' | 'meanAbsolutePercentageError' | 'meanSquaredLogarithmicError' | 'huber' | 'hinge' | 'squaredHinge' | 'categoricalHinge' | 'logcosh' | 'kullbackLeiblerDivergence' | 'poisson' | 'cosineProximity' | 'cosineSimilarity' | 'binaryFocalCrossentropy' | 'categoricalFocalCrossentropy' | 'dice' | (string & {});
/** Names of metrics, in \`snake_case\` too; those of losses are metrics. */
export type MetricName = 'accuracy' | 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy' | 'topKCategoricalAccuracy' | 'sparseTopKCategoricalAccuracy' | 'precision' | 'recall' | 'f1Score' | 'truePositives' | 'falsePositives' | 'trueNegatives' | 'falseNegatives' | 'rootMeanSquaredError' | 'r2Score' | 'cosineSimilarity' | 'meanSquaredError' | 'meanAbsoluteError' | (string & {});
export interface ModelCompileArgs {
    /**
     * What the losses of several outputs are multiplied by before they are added: a list, or numbers by the outputs'
     * names.
     */
    lossWeights?: number | number[] | { [outputName: string]: number };
    /** Metrics that \`sampleWeight\` and \`classWeight\` weigh, as they weigh the loss; those of \`metrics\` are not. */
    weightedMetrics?: MetricName | LossOrMetricFn | (MetricName | LossOrMetricFn)[] | {
        [outputName: string]: MetricName | LossOrMetricFn | (MetricName | LossOrMetricFn)[];
    };
`,
    ],
    ['    optimizer: string | Optimizer;', '    optimizer: OptimizerName | Optimizer;'],
    [
      /    loss: string \| string\[\][^]*?LossOrMetricFn;\s*\};/,
      '    loss: LossName | LossOrMetricFn | (LossName | LossOrMetricFn)[] | {\n        [outputName: string]: LossName | LossOrMetricFn;\n    };',
    ],
    [
      /    metrics\?: string \|[^]*?LossOrMetricFn;\s*\};/,
      '    metrics?: MetricName | LossOrMetricFn | (MetricName | LossOrMetricFn | (MetricName | LossOrMetricFn)[])[] | {\n        [outputName: string]: MetricName | LossOrMetricFn | (MetricName | LossOrMetricFn)[];\n    };',
    ],
  ],
  ...['engine/topology', 'engine/input_layer', 'layers/wrappers', 'layers/recurrent'].map((name) => [
    `tfjs-layers/dist/${name}.d.ts`,
    applied,
    // A layer's output is one, unless it has several
    ...(name === 'engine/topology'
      ? [['get output(): SymbolicTensor | SymbolicTensor[];', 'get output(): SymbolicTensor & SymbolicTensor[];']]
      : []),
  ]),
  [
    'tfjs-layers/dist/base_callbacks.d.ts',
    [
      /history: \{\s*\[key: string\]: Array<number \| Tensor>;\s*\};/,
      'history: {\n        [key: string]: number[];\n    };',
    ],
  ],
  [
    'tfjs-layers/dist/engine/training_tensors.d.ts',
    [
      'export interface ModelFitArgs {\n',
      `/** Weights of examples: one number for each, those of several outputs as a list or by name. */\n${own}\nexport interface ModelFitArgs {\n`,
    ],
    ['    sampleWeight?: Tensor;\n', '    sampleWeight?: SampleWeight;\n'],
    [
      '    validationData?: [\n        Tensor | Tensor[],\n        Tensor | Tensor[]\n    ] | [Tensor | Tensor[], Tensor | Tensor[], Tensor | Tensor[]];',
      `    validationData?: [${data}, ${data}] | [${data}, ${data}, SampleWeight];`,
    ],
    [
      '    callbacks?: BaseCallback[] | CustomCallbackArgs | CustomCallbackArgs[];',
      '    callbacks?: BaseCallback | CustomCallbackArgs | (BaseCallback | CustomCallbackArgs)[];',
    ],
    [/\n\s*\*\n?\s*\* 0 - No printed message[^]*?Not implemented yet\.\n/, '\n     * 0: no progress bar.\n'],
  ],
  [
    'tfjs-layers/dist/engine/training_dataset.d.ts',
    [
      '    callbacks?: BaseCallback[] | CustomCallbackArgs | CustomCallbackArgs[];',
      '    callbacks?: BaseCallback | CustomCallbackArgs | (BaseCallback | CustomCallbackArgs)[];',
    ],
    [
      /    validationData\?: \[\s*TensorOrArrayOrMap,\s*TensorOrArrayOrMap\s*\] \|/,
      "    validationData?: [TensorOrArrayOrMap, TensorOrArrayOrMap] | [TensorOrArrayOrMap, TensorOrArrayOrMap, import('./training_tensors').SampleWeight] |",
    ],
  ],
  ...['engine/training', 'models'].map((name) => [
    `tfjs-layers/dist/${name}.d.ts`,
    [
      'predict(x: Tensor | Tensor[], args?: ModelPredictArgs): Tensor | Tensor[];',
      'predict<T extends Tensor | Tensor[] = Tensor>(x: Tensor | Tensor[], args?: ModelPredictArgs): T;',
    ],
    [
      /(    trainOnBatch\(x: [^]*?\})\): Promise<number/,
      "$1, args?: {\n        sampleWeight?: import('./ENGINEtraining_tensors').SampleWeight;\n        classWeight?: import('./ENGINEtraining_utils').ClassWeight | import('./ENGINEtraining_utils').ClassWeight[] | import('./ENGINEtraining_utils').ClassWeightMap;\n    }): Promise<number".replaceAll(
        'ENGINE',
        name === 'models' ? 'engine/' : '',
      ),
    ],
  ]),
  [
    'tfjs-layers/dist/exports_metrics.d.ts',
    [
      'export declare function precision(yTrue: Tensor, yPred: Tensor): Tensor;',
      'export declare function precision(yTrue: Tensor, yPred: Tensor, threshold?: number): Tensor;',
    ],
    [
      'export declare function recall(yTrue: Tensor, yPred: Tensor): Tensor;',
      'export declare function recall(yTrue: Tensor, yPred: Tensor, threshold?: number): Tensor;',
    ],
    more(
      '/** 1 where the class of the one-hot label is among the k most probable ones; k is 5. */',
      'export declare function topKCategoricalAccuracy(yTrue: Tensor, yPred: Tensor, k?: number): Tensor;',
      '/** 1 where the class that the label numbers is among the k most probable ones; k is 5. */',
      'export declare function sparseTopKCategoricalAccuracy(yTrue: Tensor, yPred: Tensor, k?: number): Tensor;',
      '/** How many outputs above 0.5 have a label that is not 0. */',
      'export declare function truePositives(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** How many outputs above 0.5 have the label 0. */',
      'export declare function falsePositives(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** How many outputs up to 0.5 have the label 0. */',
      'export declare function trueNegatives(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** How many outputs up to 0.5 have a label that is not 0. */',
      'export declare function falseNegatives(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** The harmonic mean of precision and recall with the threshold 0.5. */',
      'export declare function f1Score(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** √ of the mean squared error of all examples. */',
      'export declare function rootMeanSquaredError(yTrue: Tensor, yPred: Tensor): Tensor;',
      '/** Σ target · output of vectors of length 1: the cosine of the angle between them. */',
      'export declare function cosineSimilarity(yTrue: Tensor, yPred: Tensor): Tensor;',
    ),
  ],

  // ---- tfjs-data
  [
    'tfjs-data/dist/dataset.d.ts',
    members(
      'export declare abstract class Dataset<T extends tf.TensorContainer>',
      '/** The elements, one after another: `for await (const { xs, ys } of dataset)`. */',
      '[Symbol.asyncIterator](): AsyncGenerator<T>;',
    ),
  ],
  [
    'tfjs-data/dist/iterators/lazy_iterator.d.ts',
    members(
      'export declare abstract class LazyIterator<T>',
      '/** The elements that are left, one after another. */',
      '[Symbol.asyncIterator](): AsyncGenerator<T>;',
    ),
  ],
];
