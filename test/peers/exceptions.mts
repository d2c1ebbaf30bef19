// Specs of tfjs-layers, tfjs-data and tfjs-converter 3.9 that cannot hold, with the reasons.
import type { Peer } from './bundle.mts';

/**
 * `changed`: TensorFlow.js 4.22 itself fails it, as `npm run peers -- --stock` shows.
 * `browser`: it wants what Node does not have.
 * `different`: what is different here on purpose (docs/differences.md).
 */
type Kind = 'changed' | 'browser' | 'different';
type Exception = readonly [kind: Kind, suite: string, names: readonly string[], reason: string];

const summary = 'model.summary() has a column of input shapes since 4.0, so it is wider';
const orthogonal = 'the initializer `orthogonal` calls linalg.qr since 4.0, not linalg.gramSchmidt';
const storage = 'localStorage and IndexedDB are stores of a browser; a notebook saves into files';
const summed = 'val_loss of a model with two outputs is the sum of both losses, like loss';
const trainable = 'model.trainable sets all layers of the model, as in Keras';
const worded = 'the error has words of ours, with the function, what came and what is wanted';
const rates = 'at rate 1 its noise is infinite or its scale NaN: an error';
const norm = 'the rate of minMaxNorm is from 0 to 1, as Keras says';
const file = 'a path without a scheme is a file, not an address relative to a page';

/** What is named by the spec's suites and its name. */
const specs: Record<Peer, readonly Exception[]> = {
  layers: [
    ['different', 'CallbackConstructorRegistry', ['Invalid verbosityLevel leads to Error'], worded],
    ['different', 'constraints.get cpu {}', ['by config dict'], norm],
    ['different', 'LayersModel.fitDataset cpu {}', ['Wrong validationBatches leads to Error'], worded],
    ['different', 'LayersModel.predict cpu {}', ['Invalid batchSize value leads to Error'], worded],
    ['different', 'conv2d cpu {}', ['Invalid filters leads to Error'], worded],
    [
      'different',
      'Conv2D Layers: Symbolic cpu {}',
      ['missing config.filters throws exception', 'bad config.filters value throws exception'],
      worded,
    ],
    [
      'different',
      'Conv1D Layer: Tensor cpu {}',
      [
        'missing config.kernelSize throws exception',
        'missing config.filters throws exception',
        'bad config.filters throws exception',
      ],
      worded,
    ],
    [
      'different',
      'Reshape Layer: Symbolic',
      ['Incompatible size.', 'Two unknown dimensions.', 'One unknown with indivisible size.'],
      worded,
    ],
    [
      'different',
      'Permute Layer: Symbolic',
      [
        'Missing dims config leads to Error',
        'Non-Array dims config leads to Error',
        'Dims values containing 0 leads to Error',
      ],
      worded,
    ],
    [
      'different',
      'Embedding Layers: Symbolic 1D, 2D & 3D cpu {}',
      ['Invalid inputDim leads to Error', 'Invalid outputDim leads to Error'],
      worded,
    ],
    [
      'different',
      'GaussianDropout: Symbolic cpu {}',
      [
        'dropoutRate=1; input shape=[10,4]',
        'dropoutRate=1; input shape=[12,10,4]',
        'dropoutRate=1; input shape=[null,4]',
      ],
      rates,
    ],
    [
      'different',
      'AlphaDropout: Symbolic cpu {}',
      [
        'dropoutRate=1; input shape=[10,4]',
        'dropoutRate=1; input shape=[12,10,4]',
        'dropoutRate=1; input shape=[null,4]',
      ],
      rates,
    ],
    [
      'different',
      'LayerNormalization Layer: Symbolic cpu {}',
      ['Invalid axis value leads to constructor error'],
      worded,
    ],
    ['different', 'Pooling Layers 2D: Symbolic', ['Invalid poolSize', 'Invalid strides leads to Error'], worded],
    ['different', 'Pooling Layers 3D: Symbolic', ['Invalid poolSize', 'Invalid strides leads to Error'], worded],
    ['different', '1D Global pooling Layers: Symbolic', ['Invalid poolSize', 'Invalid strides leads to Error'], worded],
    ['different', 'GRU Symbolic cpu {}', ['Invalid units leads to Error'], worded],
    ['different', 'LSTM Symbolic cpu {}', ['Invalid units leads to Error'], worded],
    ['different', 'Built-in Regularizers cpu {}', ['Using number arg for constructor leads to error'], worded],
    [
      'different',
      'Layer cpu {}',
      [
        'apply() passed SymbolicTensor and Tensor throws an exception.',
        'setWeights throws exception if weights are not the same length as existing weights',
        'setWeights throws exception if weights are not the same shape as existing weights',
      ],
      worded,
    ],
    ['different', 'LayersModel.fit cpu {}', ['Invalid batchSize leads to Error'], worded],
    ['different', 'LayersModel.evaluate cpu {}', ['Invalid batchSize value leads to Error'], worded],
    [
      'different',
      'Constant initializer cpu {}',
      ['1D, from builder function: passing a direct value throws error'],
      worded,
    ],
    [
      'different',
      'Conv3D Layers: Symbolic cpu {}',
      [
        'Invalid filters leads to Error',
        'missing config.filters throws exception',
        'bad config.filters value throws exception',
      ],
      worded,
    ],
    [
      'different',
      'Dense Layer: Symbolic cpu {}',
      ['Invalid kernelInitializer', 'Invalid activation', 'Invalid units leads to Error'],
      worded,
    ],
    [
      'different',
      'Reshape Layer: Tensor cpu {}',
      ['Known but incompatible dimensions', 'Unknown and incompatible dimensions', 'More than one unknown dimension.'],
      worded,
    ],
    ['different', 'SimpleRNN Symbolic cpu {}', ['Invalid units leads to Error'], worded],
    ['different', 'LayersModel.save cpu {}', ['Saving to a handler without save method fails'], worded],
    [
      'changed',
      'LayersModel.summary cpu {}',
      [
        'Sequential model: one layer',
        'Sequential model: one layer: custom lineLength',
        'Sequential model: one layer: custom positions',
        'Sequential model: one layer: custom printFn',
        'Sequential model: three layers',
        'Sequential model: with non-trainable layers',
        'Sequential model with Embedding layer',
        'Sequential model: nested',
        'Functional model',
        'LayersModel with multiple outputs',
      ],
      summary,
    ],
    [
      'changed',
      'Save-load round trips cpu {}',
      [
        'modelFromJSON calls correct weight initializers',
        'Partial non-strict load calls weight initializers',
        'loadLayersModel: non-strict load calls weight initializers',
      ],
      orthogonal,
    ],
    [
      'changed',
      'tfjs-core version consistency',
      ['dev-peer match'],
      'package.json of tfjs-layers 4.22 has no dev dependency tfjs-core',
    ],
    [
      'browser',
      'Save-load round trips cpu {}',
      [
        'Sequential model, Local storage',
        'Functional model, IndexedDB',
        'Call predict() and fit() after load: conv2d model',
        'Call predict() and fit() after load: conv1d model',
        'Call predict() and fit() after load: Bidirectional LSTM',
      ],
      storage,
    ],
    [
      'different',
      'LayersModel.fitDataset cpu {}',
      [
        '1 input, 2 outputs, 1 metric, tensor array validation, with batchesPerEpoch',
        '1 input, 2 outputs, 1 metric, tensor array validation, no batchesPerEpoch',
      ],
      summed,
    ],
    [
      'different',
      'LayersModel trainable setter and getter',
      ['Setting trainable does not affect Layers', 'model.trainable respects layer.trainable'],
      trainable,
    ],
    [
      'different',
      'loadLayersModel from URL cpu {}',
      [
        'load topology and weights from implicit relative http path',
        'load topology and weights from implicit relative http path: HDF5 format',
        'load topology and weights: non-array Sequential config',
        'loadLayersModel: with onProgress callback from relative path',
        'loadLayersModel: no memory leak during model loading',
        'loadLayersModel: no memory leak with nested LayersModel layer',
      ],
      file,
    ],
    [
      'different',
      'UpSampling2D Layer cpu {}',
      ['interpolation bilinear'],
      'bilinear interpolation is between centers of pixels, as in Keras',
    ],
    [
      'different',
      'Saving+loading model with optimizer cpu {}',
      ['Adadelta'],
      'adadelta divides by the mean of squares after the step, as in Keras and PyTorch',
    ],
  ],
  data: [
    [
      'different',
      'Dataset cpu {}',
      [
        'zipping a native string throws an error',
        'shuffle throws an error when bufferSize is not specified and dataset.size is unknown.',
        'shuffle throws an error when bufferSize is not specified and dataset.size is known.',
        'prefetch throws an error when bufferSize is not specified.',
        'converting dataset with infinite elements to array throws error',
      ],
      worded,
    ],
    [
      'different',
      'CSVDataset',
      ['reads CSV with quote'],
      'a row of it, `6,2,"345"123,456""`, has four fields by RFC 4180 and three names: an error',
    ],
    ['different', 'CSVDataset', ['throw error with missing elements'], 'the message shows the row as a list'],
  ],
  converter: [
    [
      'changed',
      'Model Hashtable model',
      ['should be successful if call executeAsync'],
      "the model's text 'tablename' is not base64; 4.22 asks the global atob first, which refuses it",
    ],
    [
      'changed',
      'TensorList reserve',
      ['should create a tensor list', 'should not fail for wildcard shape'],
      'the largest number of elements is another argument of reserve() since 4.0',
    ],
    [
      'changed',
      'control TensorListReserve',
      ['should create new tensor on the context'],
      'numElements is not the largest number of elements since 4.0',
    ],
    [
      'changed',
      'kernel2op metadata file',
      ['only known unmapped kernel are unmmapped'],
      'the list in the spec lacks kernels that 4.22 has, such as InitializeTable',
    ],
    [
      'changed',
      'basic math executeOp Prod',
      ['should call tfOps.prod', 'should match op def'],
      'Prod is a reduction in 4.22, not basic math; its new executor is called by graph models',
    ],
    [
      'changed',
      'creation executeOp OneHot',
      ['should call tfOps.oneHot'],
      'oneHot is called with the dtype too since 4.0',
    ],
    [
      'changed',
      'normalization executeOp SparseToDense',
      ['should call tfOps.sparseToDense', 'should match json def'],
      'SparseToDense is among the sparse ops in 4.22, not among the normalizations',
    ],
  ],
};

/** Exceptions of some kinds by the full names of specs, with the reasons. */
const of = (peer: Peer, kinds: readonly Kind[]): Record<string, string> =>
  Object.fromEntries(
    specs[peer]
      .filter(([kind]) => kinds.includes(kind))
      .flatMap(([kind, suite, names, reason]) => names.map((name) => [`${suite} ${name}`, `${kind}: ${reason}`])),
  );

/** Specs that do not hold with our library. */
export const exceptions = (peer: Peer) => of(peer, ['changed', 'browser', 'different']);
/** Specs that do not hold with TensorFlow.js 4.22 as it is. */
export const stockExceptions = (peer: Peer) => of(peer, ['changed', 'browser']);

/** How many specs of a package are exceptions, by kind. */
export const exceptionCounts = (peer: Peer): string =>
  (['changed', 'browser', 'different'] as const)
    .map((kind) => `${Object.keys(of(peer, [kind])).length} ${kind}`)
    .join(', ');
