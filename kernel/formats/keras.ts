// Models and weights that Keras saved: `.keras` and `.weights.h5` of Keras 3, `.h5` of Keras 2 and 3. HDF5 is read by
// the library jsfive, the archive by fflate. A bundle of its own (dist/keras.js), loaded at the first such file.
import { unzipSync } from 'fflate';
import { Dataset, File, type Group } from 'jsfive';
import { keysOf, NAMED } from './keras-layout.ts';

/** Numbers with a name and a shape. */
export interface KerasWeight {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** What a file of Keras holds. */
export interface KerasFile {
  /** What the file is, in words. */
  kind: string;
  /** The model's classes and options, as in a `model.json`; absent in a file of weights alone. */
  topology?: Record<string, unknown>;
  /** By the names of weights (Keras 2), or by their places (Keras 3): `layers/dense/vars/0`. */
  weights: KerasWeight[];
}

type Json = Record<string, unknown>;

/** Whether the first bytes are those of an HDF5 file, or of an archive. */
export const isHdf5 = (bytes: Uint8Array): boolean => latin(bytes.subarray(0, 8)) === '\x89HDF\r\n\x1a\n';
export const isZip = (bytes: Uint8Array): boolean => latin(bytes.subarray(0, 4)) === 'PK\x03\x04';

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/**
 * Reads a file of Keras.
 * @param byName whether places in a `.keras` file have the names of its layers in them
 * @throws Error that says what is wrong with the file
 */
export function readKeras(bytes: Uint8Array, byName = true): KerasFile {
  if (isZip(bytes)) return fromArchive(bytes, byName);
  return fromHdf5(bytes);
}

function fromArchive(bytes: Uint8Array, byName: boolean): KerasFile {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, { filter: ({ name }) => /^(config|metadata)\.json$|^model\.weights\.h5$/.test(name) });
  } catch (e) {
    throw new Error(`it is an archive that cannot be unpacked: ${said(e)}. Copy or save it again`, { cause: e });
  }
  const { 'config.json': config, 'model.weights.h5': stored } = entries;
  if (!config) throw new Error('it is an archive without config.json, so not a .keras file');
  if (!stored)
    throw new Error('it is an archive without model.weights.h5: the model was saved without weights, or sharded');
  const model = parse(config, 'config.json');
  const metadata = entries['metadata.json'] && parse(entries['metadata.json'], 'metadata.json');
  const version = typeof metadata?.['keras_version'] === 'string' ? metadata['keras_version'] : '3';
  const weights = variables(open(stored), '', byName ? namesOf(model) : new Map());
  return {
    kind: 'a model of Keras 3',
    topology: { keras_version: version, backend: 'tensorflow', model_config: withoutTraining(model) },
    weights,
  };
}

/** Losses and metrics of Python have no counterpart here that could be compiled in their place. */
const withoutTraining = ({ compile_config: _, ...model }: Json): Json => model;

function parse(bytes: Uint8Array, name: string): Json {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch (e) {
    throw new Error(`its ${name} is damaged: ${said(e)}`, { cause: e });
  }
}

/** The names of layers in a model's configuration, by their places: `layers/dense_1/` → `layers/=head/`. */
function namesOf(model: Json, path = '', into = new Map<string, string>()): Map<string, string> {
  const layers = (model['config'] as Json | undefined)?.['layers'];
  if (!Array.isArray(layers)) return into;
  // A sequential model keeps its input apart
  const own = (layers as Json[]).filter(
    (layer) => model['class_name'] !== 'Sequential' || layer['class_name'] !== 'InputLayer',
  );
  const keys = keysOf(own.map((layer) => String(layer['class_name'])));
  own.forEach((layer, i) => {
    const name = String((layer['config'] as Json | undefined)?.['name'] ?? layer['name']);
    const from = `${path}layers/${keys[i]!}/`;
    into.set(from, `layers/${NAMED}${name}/`);
    namesOf(layer, from, into);
  });
  return into;
}

/** All variables below a group of a file of Keras 3. */
function variables(group: Group, path: string, names: ReadonlyMap<string, string>, placed = ''): KerasWeight[] {
  return group.keys.flatMap((key) => {
    const item = take(group, key);
    if (item instanceof Dataset)
      return path.endsWith('vars/') && !path.includes('seed_generator/') ? [weightOf(item, `${placed}${key}`)] : [];
    const inner = `${path}${key}/`;
    if (path === '' && (key === 'optimizer' || key === 'metrics')) return [];
    // Keras 2.13 has another name for the list of layers
    const part = key === '_layer_checkpoint_dependencies' ? 'layers' : key;
    const named = names.get(inner);
    return variables(item, inner, names, named ? `${placed.replace(/layers\/$/, '')}${named}` : `${placed}${part}/`);
  });
}

function fromHdf5(bytes: Uint8Array): KerasFile {
  const file = open(bytes);
  const config = file.attrs['model_config'];
  const groups = file.keys;
  if (config !== undefined) {
    const model = parse(Buffer.from(text(config)), 'attribute model_config');
    const version = file.attrs['keras_version'];
    return {
      kind: 'a model of Keras',
      topology: {
        keras_version: version === undefined ? '2' : text(version),
        backend: 'tensorflow',
        model_config: model,
      },
      weights: groups.includes('model_weights') ? named(take(file, 'model_weights') as Group) : [],
    };
  }
  if (file.attrs['layer_names'] !== undefined || file.attrs['layer_names0'] !== undefined)
    return { kind: 'weights of Keras 2', weights: named(file) };
  if (groups.includes('layers') || groups.includes('_layer_checkpoint_dependencies') || groups.includes('vars'))
    return { kind: 'weights of Keras 3', weights: variables(file, '', new Map()) };
  throw new Error(`it is an HDF5 file, but not one of Keras: it holds ${groups.slice(0, 5).join(', ') || 'nothing'}`);
}

/** The weights of a file of Keras 2, by layers and names, in their order. */
function named(root: Group): KerasWeight[] {
  return list(root, 'layer_names').flatMap((layer) => {
    const group = take(root, layer) as Group;
    return list(group, 'weight_names').map((name) => {
      const dataset = take(group, name);
      if (!(dataset instanceof Dataset)) throw new Error(`"${layer}/${name}" holds no numbers`);
      return weightOf(dataset, name.replace(/:\d+$/, ''));
    });
  });
}

/** A list of texts, which Keras splits when it is long: `weight_names`, or `weight_names0`, `weight_names1`. */
function list(group: Group, name: string): string[] {
  const { attrs } = group;
  const of = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]).map(text);
  if (attrs[name] !== undefined) return of(attrs[name]);
  const all: string[] = [];
  for (let i = 0; attrs[`${name}${i}`] !== undefined; i++) all.push(...of(attrs[`${name}${i}`]));
  return all;
}

function text(value: unknown): string {
  if (Array.isArray(value) && value.length === 1) return text(value[0]);
  if (typeof value === 'string') return value.replace(/\0+$/, '');
  throw new Error('it has an attribute that should be a text, and is none');
}

function open(bytes: Uint8Array): File {
  if (!isHdf5(bytes)) throw new Error('it is not an HDF5 file');
  return readable(() => new File(Uint8Array.from(bytes).buffer));
}

function take(group: Group, key: string): Group | Dataset {
  const item = readable(() => group.get(key));
  if (!item) throw new Error(`it is damaged: "${group.name}/${key}" is not there`);
  return item;
}

/** Calls the library, which throws texts and errors of many kinds at files that are damaged. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (e) {
    throw new Error(`it is damaged or cut off, or of a form that is not read (${said(e)}). Copy or save it again`, {
      cause: e,
    });
  }
}

const said = (error: unknown) => (error instanceof Error ? error.message : String(error));

function weightOf(dataset: Dataset, name: string): KerasWeight {
  if (dataset.attrs['dtype'] === 'bfloat16')
    throw new Error(`"${name}" holds bfloat16 numbers, which HDF5 files have no type for. Save the model in float32`);
  const { shape, dtype } = dataset;
  if (typeof dtype !== 'string' || !/^[<>|=]?[fiu]\d$/.test(dtype))
    throw new Error(`"${name}" does not hold numbers but ${JSON.stringify(dtype)}`);
  const values = readable(() => Float32Array.from(dataset.value as ArrayLike<number>, Number));
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size)
    throw new Error(`"${name}" has ${values.length} numbers and the shape [${shape.join(', ')}]: the file is cut off`);
  return { name, shape: [...shape], values };
}
