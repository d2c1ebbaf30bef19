// `nn.saveWeights` and `nn.loadWeights`: the weights of a model in a file of the format safetensors; those of Keras
// files are loaded too.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isPlaced, placesOf, type KerasLayer } from '../../../formats/keras-layout.ts';
import type { StoredTensor } from '../../../formats/safetensors.ts';
import { FLOAT_TYPES, floatsOf, storeFloats } from '../../../formats/stored-numbers.ts';
import { closest } from '../../../wire/closest.ts';
import { locate, readBytes, writeWhole, wrongKind, type FileHost, type FilePath } from '../../data/files/locate.ts';
import { encode, storedIn } from '../../data/files/tensors.ts';
import type { TensorLibrary } from '../../library.ts';
import { checkOptions, type OptionNames } from '../../options.ts';
import { shapeText } from '../../shape.ts';
import { fromPytorch, type Values } from './pytorch.ts';
import { namedWeights, type NamedWeight } from './weight-names.ts';

/** Options of `nn.saveWeights`. */
export interface SaveWeightsOptions {
  /** Type of the numbers in the file; 'F32' by default, which keeps every bit. 'F16' and 'BF16' take half the space. */
  dtype?: 'F64' | 'F32' | 'F16' | 'BF16';
  /** Texts to keep with the weights, as `{ epoch: '12' }`. */
  metadata?: Record<string, string>;
}

/** Options of `nn.loadWeights`. */
export interface LoadWeightsOptions {
  /** Whether the file must hold each weight of the model and nothing else; true by default. */
  strict?: boolean;
  /** 'pytorch' for the state dictionary of a PyTorch module: names, axes and gates are brought into our order. */
  from?: 'dlnb' | 'pytorch';
  /** With `from: 'pytorch'`: the module of a layer, by the layer's name, where the two differ: `{ dense: 'fc1' }`. */
  names?: Record<string, string>;
}

/** What `nn.loadWeights` did, by names of weights. */
export interface LoadedWeights {
  loaded: string[];
  /** Weights of the model that the file does not have: they stayed as they were. */
  missing: string[];
  /** Tensors of the file that the model has no place for. */
  unused: string[];
}

const SAVE_OPTIONS: OptionNames<SaveWeightsOptions> = { dtype: FLOAT_TYPES, metadata: true };
const LOAD_OPTIONS: OptionNames<LoadWeightsOptions> = { strict: 'boolean', from: ['dlnb', 'pytorch'], names: true };

/** Writes the weights of a model. See `nn.saveWeights`. */
export async function saveWeights(
  host: FileHost,
  model: LayersModel,
  file: FilePath,
  options: SaveWeightsOptions = {},
): Promise<void> {
  const where = 'nn.saveWeights';
  checkOptions(where, options, SAVE_OPTIONS);
  const weights = namedWeights(where, model);
  const at = locate(where, file, host);
  const values = await Promise.all(weights.map(({ weight }) => weight.read().data()));
  const stored = new Map<string, StoredTensor>();
  weights.forEach(({ name, weight }, i) =>
    stored.set(name, storeFloats(values[i] as Float32Array, weight.shape as number[], options.dtype)),
  );
  await writeWhole(where, at, encode(where, stored, options.metadata));
}

/** Puts the weights of a file into a model. See `nn.loadWeights`. */
export async function loadWeights(
  tf: TensorLibrary,
  host: FileHost,
  model: LayersModel,
  file: FilePath,
  options: LoadWeightsOptions = {},
): Promise<LoadedWeights> {
  const where = 'nn.loadWeights';
  checkOptions(where, options, LOAD_OPTIONS);
  const { strict = true, from = 'dlnb', names = {} } = options;
  if (from !== 'pytorch' && options.names)
    throw new TypeError(`${where}: names belongs to from: 'pytorch'; otherwise weights are found by the layers' names`);
  const weights = namedWeights(where, model);
  const at = locate(where, file, host);
  const bytes = await readBytes(where, file, host);
  if (isKeras(bytes)) {
    if (from === 'pytorch') throw wrongKind(where, at, bytes, 'a safetensors file');
    const all = await kerasWeights(`${where}: ${at}`, bytes);
    const names = [...all.keys()];
    const found = isPlaced(names) ? byPlace(model, weights, all) : byName(weights, all);
    return assign(tf, { where: `${where}: ${at}`, strict, weights, ...found });
  }
  const { tensors } = storedIn(where, at, bytes);
  const all = new Map<string, Values>(
    [...tensors].map(([name, stored]) => [name, { values: floatsOf(stored), shape: stored.shape }]),
  );
  const { found, unused } =
    from === 'pytorch' ? fromPytorch(model, weights, all, names, `${where}: ${at}`) : byName(weights, all);
  return assign(tf, { where: `${where}: ${at}`, strict, weights, found, unused });
}

/** Whether a file is an HDF5 file or an archive, as those of Keras are. */
const isKeras = (bytes: Uint8Array) =>
  ['\x89HDF', 'PK\x03\x04'].includes(Buffer.from(bytes.subarray(0, 4)).toString('latin1'));

async function kerasWeights(where: string, bytes: Uint8Array): Promise<Map<string, Values>> {
  const { readKeras } = await import('../../../formats/keras.ts');
  try {
    return new Map(readKeras(bytes, false).weights.map(({ name, ...values }) => [name, values]));
  } catch (e) {
    throw new Error(`${where} cannot be read: ${(e as Error).message}.`, { cause: e });
  }
}

/** The weights of a file of Keras 3, by kinds and order of layers. */
function byPlace(model: LayersModel, weights: readonly NamedWeight[], all: ReadonlyMap<string, Values>) {
  const paths = [...all.keys()];
  const places = placesOf(model as unknown as KerasLayer, (path) => paths.some((name) => name.startsWith(path)));
  const found = new Map<string, Values>();
  const used = new Set<string>();
  for (const { name, weight } of weights) {
    const place = places.get(weight.id);
    const values = place === undefined ? undefined : all.get(place);
    if (!values) continue;
    found.set(name, values);
    used.add(place!);
  }
  return { found, unused: paths.filter((path) => !used.has(path)) };
}

/** The weights under their names in files, or under those that saved models have. */
function byName(weights: readonly NamedWeight[], all: ReadonlyMap<string, Values>) {
  const found = new Map<string, Values>();
  const used = new Set<string>();
  for (const { name, original } of weights) {
    const key = [name, original, withCell(original)].find((key) => all.has(key)) ?? original;
    const values = all.get(key);
    if (!values) continue;
    found.set(name, values);
    used.add(key);
  }
  return { found, unused: [...all.keys()].filter((name) => !used.has(name)) };
}

/** Keras 2 puts the cell's name before the names of a recurrent layer's weights. */
const withCell = (name: string) => name.replace(/^(.*?)(lstm|gru|simple_rnn)([^/]*)\/([^/]+)$/, '$1$2$3/$2_cell/$4');

interface Assignment {
  where: string;
  strict: boolean;
  weights: readonly NamedWeight[];
  /** By name of the weight. */
  found: ReadonlyMap<string, Values>;
  unused: string[];
}

/**
 * Gives a model new weights, all or none.
 * @throws Error if weights are missing or left over, unless not strict; if a shape differs
 */
export function assign(tf: TensorLibrary, { where, strict, weights, found, unused }: Assignment): LoadedWeights {
  const missing = weights.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  if (strict && missing.length + unused.length > 0) throw misfit(where, weights, missing, unused);
  if (found.size === 0) throw misfit(where, weights, missing, unused);
  for (const { name, weight } of weights) {
    const values = found.get(name);
    if (values && values.shape.join() !== weight.shape.join())
      throw new Error(
        `${where}: "${name}" has the shape ${shapeText(values.shape)} in the file and ${shapeText(weight.shape as number[])} in the model.`,
      );
  }
  tf.tidy(() => {
    for (const { name, weight } of weights) {
      const values = found.get(name);
      if (values) weight.write(tf.tensor(values.values, [...values.shape], weight.dtype as 'float32'));
    }
  });
  return { loaded: weights.filter(({ name }) => found.has(name)).map(({ name }) => name), missing, unused };
}

/** Why names do not fit, with the names, and what may be meant. */
function misfit(where: string, weights: readonly NamedWeight[], missing: string[], unused: string[]): Error {
  const list = (names: string[]) =>
    `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
  const parts = [
    missing.length > 0 && `it lacks ${list(missing)}`,
    unused.length > 0 && `it has ${list(unused)}, which the model does not have`,
  ].filter(Boolean);
  const isTorch = unused.some((name) => /\.(weight|bias|running_mean|weight_ih_l0)$/.test(name));
  const known = weights.map(({ name }) => name);
  const near = unused[0] === undefined ? undefined : closest(unused[0], known);
  const remedy = isTorch
    ? "These are names of PyTorch: pass { from: 'pytorch' }."
    : near !== undefined
      ? `Is "${unused[0]}" meant to be "${near}"?`
      : 'Pass { strict: false } to load what has the same name.';
  return new Error(`${where} does not fit the model: ${parts.join('; ')}. ${remedy}`);
}
