// The options of every function of `tf.layers`. What is not listed is refused, since it would be ignored.
const words = (text: string) => text.split(' ');

const layer = words('inputShape batchInputShape batchSize dtype name trainable weights inputDType');
const bias = words('useBias biasInitializer biasConstraint biasRegularizer');
const kernel = words('kernelInitializer kernelConstraint kernelRegularizer');
const depthwise = words('depthMultiplier depthwiseInitializer depthwiseConstraint depthwiseRegularizer');
const pointwise = words('pointwiseInitializer pointwiseConstraint pointwiseRegularizer');
const window = words('kernelSize strides padding dataFormat dilationRate activation activityRegularizer').concat(bias);
const conv = ['filters', ...window, ...kernel];
const recurrent = words('recurrentInitializer recurrentConstraint recurrentRegularizer dropout recurrentDropout');
const cell = ['activation', 'activityRegularizer', 'dropoutFunc', ...bias, ...kernel, ...recurrent];
const sequence = words('returnSequences returnState goBackwards stateful unroll inputDim inputLength');
const gated = words('recurrentActivation implementation');
const convCell = words('filters kernelSize strides padding dataFormat dilationRate').concat(
  gated,
  'unitForgetBias',
  cell,
);
const pool = words('poolSize strides padding dataFormat');
const globalPool = words('dataFormat keepDims');

/** Of each function of `tf.layers`, by its name there, without `layer`. */
const own = {
  input: words('shape batchShape dtype sparse name'),
  inputLayer: words('inputShape batchSize batchInputShape dtype sparse name'),
  elu: ['alpha'],
  reLU: words('maxValue negativeSlope threshold'),
  leakyReLU: ['alpha'],
  prelu: words('alphaInitializer alphaRegularizer alphaConstraint sharedAxes'),
  softmax: ['axis'],
  thresholdedReLU: ['theta'],
  conv1d: [...conv, 'groups'],
  conv2d: [...conv, 'groups'],
  conv3d: [...conv, 'groups'],
  conv2dTranspose: conv,
  conv3dTranspose: conv,
  separableConv2d: ['filters', ...window, ...depthwise, ...pointwise],
  depthwiseConv2d: [...window, ...depthwise],
  cropping2D: words('cropping dataFormat'),
  upSampling2d: words('size dataFormat interpolation'),
  zeroPadding2d: words('padding dataFormat'),
  activation: ['activation'],
  dense: words('units activation activityRegularizer inputDim').concat(bias, kernel),
  dropout: words('rate noiseShape seed'),
  spatialDropout1d: words('rate seed'),
  flatten: ['dataFormat'],
  repeatVector: ['n'],
  reshape: ['targetShape'],
  permute: ['dims'],
  embedding: words(
    'inputDim outputDim embeddingsInitializer embeddingsRegularizer activityRegularizer embeddingsConstraint maskZero ' +
      'inputLength',
  ),
  add: [],
  average: [],
  concatenate: ['axis'],
  maximum: [],
  minimum: [],
  multiply: [],
  dot: words('axes normalize'),
  batchNormalization: words(
    'axis momentum epsilon center scale betaInitializer gammaInitializer movingMeanInitializer ' +
      'movingVarianceInitializer betaConstraint gammaConstraint betaRegularizer gammaRegularizer',
  ),
  layerNormalization: words(
    'axis epsilon center scale betaInitializer gammaInitializer betaRegularizer gammaRegularizer',
  ),
  averagePooling1d: pool,
  averagePooling2d: pool,
  averagePooling3d: pool,
  maxPooling1d: pool,
  maxPooling2d: pool,
  maxPooling3d: pool,
  globalAveragePooling1d: globalPool,
  globalAveragePooling2d: globalPool,
  globalMaxPooling1d: globalPool,
  globalMaxPooling2d: globalPool,
  gru: ['units', ...cell, ...gated, 'resetAfter', ...sequence],
  gruCell: ['units', ...cell, ...gated, 'resetAfter'],
  lstm: ['units', ...cell, ...gated, 'unitForgetBias', ...sequence],
  lstmCell: ['units', ...cell, ...gated, 'unitForgetBias'],
  simpleRNN: ['units', ...cell, ...sequence],
  simpleRNNCell: ['units', ...cell],
  convLstm2d: [...convCell, ...sequence],
  convLstm2dCell: convCell,
  rnn: ['cell', ...sequence],
  stackedRNNCells: ['cells'],
  bidirectional: words('layer mergeMode'),
  timeDistributed: ['layer'],
  gaussianNoise: words('stddev seed'),
  gaussianDropout: words('rate seed'),
  alphaDropout: words('rate noiseShape seed'),
  masking: ['maskValue'],
  rescaling: words('scale offset'),
  centerCrop: words('height width'),
  resizing: words('height width interpolation cropToAspectRatio'),
  categoryEncoding: words('numTokens outputMode'),
  randomWidth: words('factor interpolation seed autoVectorize'),
} satisfies Record<string, readonly string[]>;

/** What the configuration of a layer names though it is no option of it: null, as nothing else is possible. */
export const alwaysNull: Record<string, readonly string[] | undefined> = { 'layers.spatialDropout1d': ['noiseShape'] };

/** Other names of the same functions. */
const aliases: Record<string, keyof typeof own | undefined> = {
  avgPool1d: 'averagePooling1d',
  avgPooling1d: 'averagePooling1d',
  avgPool2d: 'averagePooling2d',
  avgPooling2d: 'averagePooling2d',
  avgPool3d: 'averagePooling3d',
  avgPooling3d: 'averagePooling3d',
  globalMaxPool1d: 'globalMaxPooling1d',
  globalMaxPool2d: 'globalMaxPooling2d',
  maxPool1d: 'maxPooling1d',
  maxPool2d: 'maxPooling2d',
};

/** The name under which a function of `tf.layers` is listed. */
export const plainName = (name: string): string => aliases[name] ?? name;

/** The options of a function of `tf.layers`; undefined for what makes no layer of its own. */
export function optionsOf(name: string): readonly string[] | undefined {
  const at = plainName(name);
  if (!Object.hasOwn(own, at)) return undefined;
  const list: readonly string[] = own[at as keyof typeof own];
  return at === 'input' || at === 'inputLayer' ? list : [...layer, ...list];
}

/** What is meant by an option of Keras or PyTorch that has another name here, or what to write instead. */
export const otherNames: Record<string, Record<string, string> | undefined> = {
  leakyReLU: { negativeSlope: 'alpha' },
  depthwiseConv2d: {
    kernelInitializer: 'depthwiseInitializer',
    kernelRegularizer: 'depthwiseRegularizer',
    kernelConstraint: 'depthwiseConstraint',
  },
  separableConv2d: {
    kernelInitializer: 'depthwiseInitializer',
    kernelRegularizer: 'depthwiseRegularizer',
    kernelConstraint: 'depthwiseConstraint',
  },
  upSampling2d: { scaleFactor: 'size' },
  dropout: { p: 'rate' },
};

/** As `otherNames`, in every function. */
export const otherNamesAnywhere: Record<string, string | undefined> = {
  stride: 'strides',
  dilation: 'dilationRate',
  dilations: 'dilationRate',
  batchShape: 'batchInputShape',
  inputSize: 'inputShape',
  hiddenSize: 'units',
  outChannels: 'filters',
  bias: 'useBias',
  nonlinearity: 'activation',
  bidirectional: 'tf.layers.bidirectional({ layer })',
};
