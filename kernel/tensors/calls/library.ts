// What functions of the library that are no ops take, and methods: TensorFlow.js's declarations (library.json), with
// what our tables demand besides.
import { added, demanding } from './demands.ts';
import json from './library.json' with { type: 'json' };
import { unpacked, type LateParameters, type Packed, type Parameter } from './signature.ts';

const packed = json as Packed;

const number = (name: string, optional = true): Parameter => ({
  name,
  ...(optional && { optional }),
  kinds: ['number'],
});
const labels: Parameter[] = ['yTrue', 'yPred'].map((name) => ({ name, kinds: ['tensor'] }));
const adam = ['learningRate', 'beta1', 'beta2'].map((name) => number(name));
const metrics =
  'truePositives falsePositives trueNegatives falseNegatives f1Score rootMeanSquaredError cosineSimilarity';

/** The functions that are ours, and one whose declaration asks for what may be left out. */
const ours: Readonly<Record<string, Parameter[]>> = {
  loadGraphModel: [
    { name: 'modelUrl', kinds: ['string', 'object'] },
    { name: 'options', optional: true, kinds: ['object'] },
    { name: 'tfio', optional: true, kinds: ['any'] },
  ],
  'Tensor.oneHot': [number('depth', false), number('onValue'), number('offValue')],
  'train.adamw': [...adam, number('epsilon'), number('weightDecay')],
  'train.nadam': [...adam, number('epsilon')],
  'train.lion': [...adam, number('weightDecay')],
  ...Object.fromEntries(metrics.split(' ').map((name) => [`metrics.${name}`, labels])),
  'metrics.precision': [...labels, number('threshold')],
  'metrics.recall': [...labels, number('threshold')],
  'metrics.topKCategoricalAccuracy': [...labels, number('k')],
  'metrics.sparseTopKCategoricalAccuracy': [...labels, number('k')],
};

/** The names of all of them, such as `layers.dense` or `Tensor.add`. */
export const libraryNames = [...new Set([...Object.keys(packed.functions), ...Object.keys(ours)])];

/** The parameters of a function as they are declared; undefined if it is not listed. */
export const declared = (name: string): Parameter[] | undefined => ours[name] ?? unpacked(packed, name);

/** Whether a parameter is an object of options, and no object with methods, such as a dataset or a handler. */
const isOptions = ({ name }: Parameter) => /^(args|options|\w*[cC]onfig|loadOptions)$/.test(name);

/** The parameters of a function, with what they must be. */
export function parametersOf(name: string): Parameter[] {
  return (declared(name) ?? []).map(({ fields, ...parameter }) =>
    fields && isOptions(parameter)
      ? {
          ...parameter,
          name: 'options',
          // What needs none of its options can be called without
          ...((parameter.optional || fields.every(({ optional }) => optional)) && { optional: true }),
          fields: fields.map((field) => demanding(name, field)),
        }
      : demanding(name, parameter),
  );
}

/** The same, made when they are first needed. */
export const lateParametersOf = (name: string): LateParameters => ({
  count: (ours[name] ?? packed.functions[name])?.length ?? 0,
  make: () => parametersOf(name),
});

const options = new Map<string, Parameter[]>();

/**
 * The options of a function, by its declaration or from our tables.
 * @param names those that it has
 */
export function optionsOf(name: string, names: readonly string[]): Parameter[] {
  const key = `${name} ${names.join(' ')}`;
  let list = options.get(key);
  if (!list) {
    // Every layer has the options of the plainest one
    const plain = name.startsWith('layers.') ? declared('layers.add')! : [];
    const fields = [...(declared(name) ?? []), ...plain].flatMap(({ fields = [] }) => fields);
    const own = (option: string): Parameter =>
      fields.find((field) => field.name === option) ??
      added[option] ?? { name: option, optional: true, kinds: ['any'] };
    options.set(key, (list = names.map((option) => demanding(name, own(option)))));
  }
  return list;
}
