// Each function of `tf.layers` takes the configuration of a layer that it has made, also after JSON.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { libraryOf } from './library.ts';

const tf = libraryOf(dist);
type Configuration = Record<string, unknown>;
const layers = tf.layers as unknown as Record<string, (config: Configuration) => { getConfig(): Configuration }>;

/** What some functions cannot do without. */
const needed: Record<string, Configuration | undefined> = {
  inputLayer: { inputShape: [3] },
  dense: { units: 2 },
  depthwiseConv2d: { kernelSize: 3 },
  activation: { activation: 'relu' },
  repeatVector: { n: 2 },
  reshape: { targetShape: [2] },
  permute: { dims: [2, 1] },
  embedding: { inputDim: 3, outputDim: 2 },
  dropout: { rate: 0.5, seed: 7 },
  spatialDropout1d: { rate: 0.5, seed: 7 },
  dot: { axes: 1 },
  gaussianNoise: { stddev: 0.1 },
  gaussianDropout: { rate: 0.1 },
  alphaDropout: { rate: 0.1 },
  rescaling: { scale: 2 },
  centerCrop: { height: 2, width: 2 },
  resizing: { height: 2, width: 2 },
  categoryEncoding: { numTokens: 3 },
  randomWidth: { factor: 0.1 },
  cropping2D: { cropping: 1 },
};
const argsOf = (name: string): Configuration =>
  needed[name] ??
  (/^(gru|lstm|simpleRNN)/.test(name) ? { units: 2 } : /[cC]onv/.test(name) ? { filters: 2, kernelSize: 3 } : {});

/** What makes no layer, or holds other layers, which are made by `fromConfig`. */
const others = new Set([
  'input',
  'Layer',
  'RNN',
  'RNNCell',
  'rnn',
  'stackedRNNCells',
  'bidirectional',
  'timeDistributed',
]);

describe.each(Object.keys(layers).filter((name) => !others.has(name)))('%s', (name) => {
  const make = layers[name]!;
  const configuration = () => JSON.stringify(make(argsOf(name)).getConfig(), (_, value: unknown) => value ?? null);
  /** What is set: JSON has null for what is not. */
  const set = (text: string) => JSON.parse(text, (_, value: unknown) => value ?? undefined) as Configuration;

  it('takes its own configuration', () => {
    const text = configuration();
    expect(set(JSON.stringify(make(set(text)).getConfig()))).toMatchObject(set(text));
  });

  it('takes it with null for what is not set', () => {
    const text = configuration();
    expect(set(JSON.stringify(make(JSON.parse(text) as Configuration).getConfig()))).toMatchObject(set(text));
  });
});

it('spatialDropout1d has no noiseShape of its own', () => {
  expect(() => layers['spatialDropout1d']!({ rate: 0.5, noiseShape: [1, 1, 3] })).toThrow('no option "noiseShape"');
});
