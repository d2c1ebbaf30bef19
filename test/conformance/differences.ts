// Specs of tfjs-core that ask for what is different here on purpose, with the reason (docs/differences.md).
const empty = 'a window with nothing in it is an error, or left out when sizes are rounded up, as in PyTorch';
const missing = 'a number that is missing or not a number is no int32, and null is no number: an error, as in PyTorch';

const anyAxis = 'it is computed along any axis, as in Keras';
const wholeImages = 'int32 images are computed too, as in TensorFlow: tf.image.decode gives them';
const nan = 'NaN is the largest and the smallest, as in max and min, NumPy and PyTorch';

/** By the spec's suite and its name. */
const specs: readonly (readonly [suite: string, name: string, reason: string])[] = [
  ['avgPool3d', 'x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid', 'a window larger than the input is an error, as in PyTorch'],
  ['avgPool3d', 'x=[1,1,1,1,1] f=[2,2,2] s=1 p=2', empty],
  ...['avgPool', 'maxPool'].flatMap((suite) => [
    [suite, 'x=[2,2,3] f=[1,1] s=2 p=1 dimRoundingMode=floor', empty] as const,
    [suite, 'x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=round', empty] as const,
    [suite, 'x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=ceil', empty] as const,
  ]),
  ...['max', 'avg'].flatMap((type) => [
    ['pool', `${type} x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=ceil`, empty] as const,
    ['pool', `${type} x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding`, empty] as const,
  ]),
  [
    'conv2dTranspose',
    'input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
    'the output shape does not follow from the input, so its sums would be of wrong elements: an error, as in TensorFlow',
  ],
  ['logSoftmax', '2D, axis=0 throws error', anyAxis],
  ['softmax', '2D, dim=0 throws error', anyAxis],
  ['flipLeftRight', 'throws when input is int32', wholeImages],
  ['image.transform', 'throws when input is int32.', wholeImages],
  ['argmax', 'ignores NaNs', nan],
  ['argmin', 'ignores NaNs', nan],
  ['argmin', '3D, ignores NaNs', nan],
  ['ensureShape', 'null shape', missing],
  ['convertToTensor', 'primitive integer, NaN converts to zero, no error thrown', missing],
  ['convertToTensor', 'primitive integer, NaN converts to zero', missing],
];

/** The specs by their full names on a backend. */
export const differences = (backend: string): Record<string, string> => ({
  ...Object.fromEntries(specs.map(([suite, name, reason]) => [`${suite} ${backend} {} ${name}`, reason])),
  'conv_util computePoolInfo roundingMode Round the output dimension of Pool Layer': empty,
  'conv_util computePoolInfo roundingMode Ceil the output dimension of Pool Layer': empty,
});
