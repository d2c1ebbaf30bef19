// Models that Keras 3 saved (TensorFlow 2.16 and later), rewritten to the form of Keras 2, which TensorFlow.js reads:
// `batch_shape`, policies of dtypes, objects with module and registered name, tensors in `inbound_nodes`.
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTensor = (value: Json | undefined): value is JsonObject =>
  isObject(value) && value['class_name'] === '__keras_tensor__';

/** Whether a part of a model was written by Keras 3. */
function isKeras3(value: Json): boolean {
  if (Array.isArray(value)) return (value as Json[]).some((part) => isKeras3(part));
  if (!isObject(value)) return false;
  if (isTensor(value) || 'batch_shape' in value) return true;
  if (value['class_name'] === 'DTypePolicy') return true;
  return Object.values<Json>(value).some((part) => isKeras3(part));
}

/** Classes and activations that have another name in TensorFlow.js. */
const classNames: Record<string, string | undefined> = {
  OrthogonalInitializer: 'Orthogonal',
  IdentityInitializer: 'Identity',
};
const activations: Record<string, string | undefined> = {
  silu: 'swish',
  // Keras 3 has other numbers for it than Keras 2
  hard_sigmoid: 'hard_sigmoid_keras3',
};
const ACTIVATIONS = ['activation', 'recurrent_activation'];

/** Options of layers that have another name in TensorFlow.js. */
const optionNames: Record<string, Record<string, string> | undefined> = {
  LeakyReLU: { negative_slope: 'alpha' },
  GlobalAveragePooling1D: { keepdims: 'keep_dims' },
  GlobalAveragePooling2D: { keepdims: 'keep_dims' },
  GlobalMaxPooling1D: { keepdims: 'keep_dims' },
  GlobalMaxPooling2D: { keepdims: 'keep_dims' },
};

/** Options that TensorFlow.js does not know, by layer, and the only values with which a layer means the same. */
const unsupported: Record<string, Record<string, Json[]> | undefined> = {
  LayerNormalization: { rms_scaling: [false] },
  InputLayer: { ragged: [false] },
  UpSampling2D: { interpolation: ['nearest', 'bilinear'] },
  Resizing: { interpolation: ['nearest', 'bilinear'], pad_to_aspect_ratio: [false], data_format: ['channels_last'] },
  CenterCrop: { data_format: ['channels_last'] },
  CategoryEncoding: { sparse: [false] },
};

/** The name of a dtype that may be given as a policy. Weights are float32 under every policy. */
function dtypeOf(value: Json): Json {
  if (!isObject(value)) return value;
  const name = isObject(value['config']!) ? value['config']['name'] : undefined;
  return typeof name === 'string' && !name.startsWith('mixed_') ? name : 'float32';
}

/** `[layer, node, tensor]` of a tensor. */
const historyOf = (tensor: JsonObject) => (tensor['config'] as JsonObject)['keras_history'] as Json[];

/** All tensors in a structure, in their order. */
function tensorsIn(value: Json | undefined): JsonObject[] {
  if (isTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return isObject(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

/** One call of a layer: `{ args, kwargs }` → `[[layer, node, tensor, options], …]`. */
function inboundNode(layer: string, node: JsonObject): Json {
  const kwargs = isObject(node['kwargs']) ? node['kwargs'] : {};
  // A recurrent layer takes its initial state after its input
  const state = tensorsIn(kwargs['initial_state']);
  const options: JsonObject = {};
  for (const [name, value] of Object.entries(kwargs)) {
    if (name === 'initial_state' || value === null || name === 'mask') continue;
    if (tensorsIn(value).length > 0)
      throw new Error(
        `the model cannot be loaded: the layer "${layer}" is called with a tensor as the option ${name}, ` +
          'which TensorFlow.js cannot do',
      );
    options[name] = value;
  }
  return [...tensorsIn(node['args']), ...state].map((tensor, i) => [...historyOf(tensor), i === 0 ? options : {}]);
}

/**
 * Counts the calls of sequential models in a functional one as TensorFlow.js does, where making such a model is its
 * call 0. Keras 3 does so for functional models only.
 */
function countSequentialCalls(config: JsonObject): void {
  const layers = (config['layers'] as JsonObject[]).filter(isObject);
  const names = layers.flatMap((layer) => (layer['class_name'] === 'Sequential' ? [layer['name'] as string] : []));
  if (names.length === 0) return;
  const count = (history: Json) => {
    if (Array.isArray(history) && names.includes(history[0] as string)) (history[1] as number)++;
  };
  for (const { inbound_nodes: nodes } of layers) tensorsIn(nodes).map(historyOf).forEach(count);
  for (const end of endpoints(config['output_layers'] ?? []) as Json[]) count(end);
}

/** `["name", 0, 0]`, a list of those, or an object of those → a list. */
function endpoints(value: Json): Json {
  if (Array.isArray(value)) return value.length === 3 && typeof value[0] === 'string' ? [value] : value;
  return isObject(value) ? Object.values(value) : value;
}

const namesOfRegularizers: Record<string, [string, string] | undefined> = { L1: ['l1', 'l2'], L2: ['l2', 'l1'] };

/** An object with a class and its configuration: a layer, initializer, regularizer, constraint or model. */
function classAndConfig(value: JsonObject): Json {
  const className = value['class_name'] as string;
  const config = value['config']!;
  if (className === 'function') return config;
  if (className === 'DTypePolicy') return dtypeOf(value);
  const regularizer = namesOfRegularizers[className];
  if (regularizer && isObject(config)) {
    const [own, other] = regularizer;
    return { class_name: 'L1L2', config: { [own]: config[own] ?? config['name'] ?? 0, [other]: 0 } };
  }
  const result: JsonObject = { class_name: classNames[className] ?? className, config: {} };
  result['config'] = isObject(config) ? configOf(className, config) : rewrite(config);
  const name = value['name'] ?? (isObject(config) ? config['name'] : undefined);
  if (name !== undefined) result['name'] = name;
  const nodes = value['inbound_nodes'];
  if (Array.isArray(nodes))
    result['inbound_nodes'] = nodes.map((node) => (isObject(node) ? inboundNode(String(name), node) : node));
  return result;
}

function configOf(className: string, config: JsonObject): JsonObject {
  const result: JsonObject = {};
  if (Array.isArray(config['layers']) && 'output_layers' in config) countSequentialCalls(config);
  for (const [option, value] of Object.entries(config)) {
    const allowed = unsupported[className]?.[option];
    if (allowed && value !== null && !allowed.includes(value))
      throw new Error(
        `the model cannot be loaded: its layer "${String(config['name'])}" (${className}) has ${option}: ` +
          `${JSON.stringify(value)}, which TensorFlow.js does not have`,
      );
    if (option === 'batch_shape') result['batch_input_shape'] = value;
    else if (option === 'dtype') result['dtype'] = dtypeOf(value);
    else if (option === 'input_layers' || option === 'output_layers') result[option] = endpoints(value);
    else if (ACTIVATIONS.includes(option)) result[option] = activationOf(value);
    else result[optionNames[className]?.[option] ?? option] = rewrite(value);
  }
  return result;
}

function activationOf(value: Json): Json {
  const name = rewrite(value);
  return typeof name === 'string' ? (activations[name] ?? name) : name;
}

function rewrite(value: Json): Json {
  if (Array.isArray(value)) return value.map(rewrite);
  if (!isObject(value)) return value;
  if (typeof value['class_name'] === 'string' && 'config' in value) return classAndConfig(value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rewrite(part)]));
}

/**
 * The topology of a model in the form of Keras 2; what is in that form already stays as it is.
 * @throws Error if a layer has an option that TensorFlow.js does not have, and that changes what the layer computes
 */
export const asKeras2 = (topology: Json): Json => (isKeras3(topology) ? rewrite(structuredClone(topology)) : topology);

/**
 * The names of a model's weights as TensorFlow.js has them: Keras 3 writes the model's name before the layer's, and
 * saves the states of random generators too.
 * @param isKnown whether the model has a weight of this name
 */
export function withKnownNames<T>(weights: Record<string, T>, isKnown: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, value]) => {
      const steps = name.split('/');
      if (steps.at(-1) === 'seed_generator_state') return [];
      // With the cell's name before that of the weight, or without
      const forms = (from: string[]) => [from.join('/'), [...from.slice(0, -2), from.at(-1)].join('/')];
      for (let start = 0; start < steps.length - 1; start++) {
        const known = forms(steps.slice(start)).find(isKnown);
        if (known) return [[start === 0 ? name : known, value]];
      }
      return [[name, value]];
    }),
  );
}
