// Names in Keras's spellings, guesses at misspelt ones, and places of models.
import { describe, expect, it } from 'vitest';
import { dist } from '../../../../paths.ts';
import { expectTensor, libraryOf } from '../layers/library.ts';

const tf = libraryOf(dist);

const compiled = (options: object) => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd', ...options } as never);
  return model;
};

describe("Keras's spellings", () => {
  it.each([
    ['hard_sigmoid', 'hardSigmoid'],
    ['log_softmax', 'logSoftmax'],
    ['ReLU', 'relu'],
    ['GELU', 'gelu'],
    ['silu', 'swish'],
  ])('activation %s', (name, own) => {
    const x = tf.tensor2d([[-1, 0.5, 2]]);
    const y = (activation: string) => tf.layers.activation({ activation: activation as never }).apply(x);
    expectTensor(y(name) as never, [1, 3], (y(own) as ReturnType<typeof tf.tensor>).dataSync());
    const layer = tf.layers.dense({ units: 1, activation: name as never });
    expect(layer.getConfig()).toMatchObject({ activation: own });
  });

  it('swish by hand', () => {
    const y = tf.layers.activation({ activation: 'silu' as never }).apply(tf.tensor2d([[1]]));
    expectTensor(y as never, [1, 1], [1 / (1 + Math.exp(-1))]);
  });

  it.each([
    ['kernelInitializer', 'he_normal', 'heNormal'],
    ['kernelInitializer', 'GLOROT_UNIFORM', 'glorotUniform'],
    ['kernelRegularizer', 'l1_l2', 'l1l2'],
    ['kernelConstraint', 'max_norm', 'maxNorm'],
    ['biasConstraint', 'non_neg', 'nonNeg'],
  ])('%s %s', (option, name, own) => {
    const saved = (value: string) => tf.layers.dense({ units: 1, [option]: value }).getConfig()[option];
    expect(saved(name)).toEqual(saved(own));
  });

  it.each([
    ['RMSprop', 'RMSProp'],
    ['rms_prop', 'RMSProp'],
    ['SGD', 'SGD'],
    ['ADAM', 'Adam'],
    ['AdaMax', 'Adamax'],
    ['AdamW', 'AdamW'],
    ['NADAM', 'Nadam'],
  ])('optimizer %s', (optimizer, name) => {
    expect(compiled({ optimizer }).optimizer.getClassName()).toBe(name);
  });

  it.each(['Accuracy', 'ACC', 'Mean_Squared_Error', 'MAE'])('metric %s', (metric) => {
    expect(() => compiled({ metrics: [metric] })).not.toThrow();
  });
});

describe('a name that is not there', () => {
  it.each([
    [
      () => compiled({ optimizer: 'adamm' }),
      'there is no optimizer "adamm"; did you mean "adam"? The names are adadelta,',
    ],
    [() => compiled({ optimizer: 'constructor' }), 'there is no optimizer "constructor". The names are'],
    [() => compiled({ metrics: ['accurcy'] }), 'Unknown metric accurcy; did you mean "accuracy"? There are: accuracy,'],
    [() => compiled({ loss: 'meanSquaredEror' }), 'Unknown loss meanSquaredEror; did you mean "meanSquaredError"?'],
    [() => tf.layers.dense({ units: 1, activation: 'Dense' as never }), "is 'Dense'"],
    [
      () => tf.layers.dense({ units: 1, kernelInitializer: 'glorot_unifrm' }),
      'is \'glorot_unifrm\'; did you mean "glorotUniform"?',
    ],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('a place of a model that is none', () => {
  it.each([undefined, null, 3, {}])('%j', async (place) => {
    const load = "an address, such as 'model/model.json', or an object with a method load";
    await expect(async () => tf.loadLayersModel(place as never)).rejects.toThrow(load);
    await expect(async () => tf.loadGraphModel(place as never)).rejects.toThrow(load);
    const save = "an address, such as 'model', or an object with a method save";
    await expect(async () => compiled({}).save(place as never)).rejects.toThrow(save);
  });
});

describe('the largest and smallest of no numbers', () => {
  it.each(['max', 'min', 'argMax', 'argMin'] as const)('%s', (name) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const message = 'x has the shape [2, 0], and of no numbers none is the largest or smallest';
      expect(() => tf[name](tf.zeros([2, 0], dtype), 1)).toThrow(message);
      expect(() => tf.zeros([2, 0], dtype)[name](-1)).toThrow(message);
      expect(tf[name](tf.zeros([0, 3], dtype), 1).shape).toEqual([0]);
    }
  });
});
