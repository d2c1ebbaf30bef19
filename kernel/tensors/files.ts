// Models as files: `model.save('./folder')` and `tf.loadLayersModel('./folder/model.json')`, in the format that
// TensorFlow.js has on Node and in the browser: `model.json`, and the weights in the files that it names. `file://`
// before the path means the same. Files of Keras (`.keras`, `.h5`) are read too.
import * as tf from '@tensorflow/tfjs-core';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../formats/write-whole.ts';

const SCHEME = 'file://';
const WEIGHTS = 'weights.bin';

/**
 * The path of an address: `file:///absolute/path`, and `file://./folder`, `file://folder`, `./folder` and `folder`,
 * which are relative to the notebook's folder. Undefined for an address with another scheme.
 */
export function pathOf(url: string): string | undefined {
  if (url.startsWith(SCHEME))
    return url.startsWith(`${SCHEME}/`) ? fileURLToPath(url) : path.resolve(url.slice(SCHEME.length));
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? undefined : path.resolve(url);
}

/** Stores of the browser. */
const BROWSER = /^(localstorage|indexeddb|downloads):\/\//;

/** Saves models to, and reads them from, files; refuses the stores of the browser. */
export function registerFiles(): void {
  // A router returns null for an address of another kind, which its type leaves out
  const route = (handler: (file: string) => tf.io.IOHandler) => (url: string | string[]) => {
    if (typeof url !== 'string') return null!;
    const store = BROWSER.exec(url)?.[1];
    if (store) return refusal(store, url);
    const file = pathOf(url);
    return file === undefined ? null! : handler(file);
  };
  tf.io.registerSaveRouter(route((folder) => ({ save: (model) => save(folder, model) })));
  tf.io.registerLoadRouter(route((file) => ({ load: () => load(file) })));
}

/** What stands for a store that only a browser has. */
function refusal(store: string, url: string): tf.io.IOHandler {
  const folder = url.slice(store.length + '://'.length) || 'model';
  const fail = (call: string) => () =>
    Promise.reject(new Error(`${store}:// is a store of the browser, which a notebook does not have. Use ${call}.`));
  return { save: fail(`model.save('./${folder}')`), load: fail(`the path of a file: './${folder}/model.json'`) };
}

/** @throws Error if the folder cannot be written */
async function save(folder: string, model: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  if (model.modelTopology instanceof ArrayBuffer)
    throw new Error('A model whose topology is binary cannot be saved as files.');
  const weights = tf.io.CompositeArrayBuffer.join(model.weightData);
  const manifest = [{ paths: [WEIGHTS], weights: model.weightSpecs ?? [] }];
  await mkdir(folder, { recursive: true });
  await writeWhole(path.join(folder, WEIGHTS), new Uint8Array(weights));
  const { weightSpecs: _specs, weightData: _data, ...rest } = model;
  await writeWhole(path.join(folder, 'model.json'), JSON.stringify({ ...rest, weightsManifest: manifest }));
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(model) };
}

/** @throws Error with the name of the file if it cannot be read or is not a model */
async function load(file: string): Promise<tf.io.ModelArtifacts> {
  const bytes = await readFile(file).catch(async (e: NodeJS.ErrnoException) => {
    const inFolder = path.join(file, 'model.json');
    const hint = e.code === 'EISDIR' && (await isFile(inFolder)) ? `${inFolder}` : 'its model.json';
    throw new Error(`The model cannot be read (${e.message}). Give the address of ${hint}.`);
  });
  if (bytes[0] === HDF5 || (bytes[0] === ZIP && bytes[1] === ZIP_2)) return loadKeras(file, bytes);
  if (bytes[8] === BRACE && bytes.readUInt32LE(4) === 0)
    throw new Error(
      `${file} is a safetensors file: it holds weights, not a model. Make the model, and call nn.loadWeights(model, file).`,
    );
  const text = bytes.toString('utf8');
  let model: tf.io.ModelJSON;
  try {
    model = JSON.parse(text) as tf.io.ModelJSON;
  } catch (e) {
    throw new Error(`${file} is not a model: ${(e as Error).message}`, { cause: e });
  }
  return tf.io.getModelArtifactsForJSON(model, async (manifest) => {
    const parts = await Promise.all(
      manifest
        .flatMap((group) => group.paths)
        .map(async (name) => Uint8Array.from(await readFile(path.join(path.dirname(file), name))).buffer),
    );
    return [manifest.flatMap((group) => group.weights), parts];
  });
}

/** First bytes of files: of HDF5, of archives, and the ninth of safetensors. */
const [HDF5, ZIP, ZIP_2, BRACE] = [0x89, 0x50, 0x4b, 0x7b];

const isFile = (file: string) =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** A model that Keras saved as one file. @throws Error with the name of the file, if it holds no model */
async function loadKeras(file: string, bytes: Uint8Array): Promise<tf.io.ModelArtifacts> {
  const { readKeras } = await import('../formats/keras.ts');
  let found: ReturnType<typeof readKeras>;
  try {
    found = readKeras(bytes);
  } catch (e) {
    throw new Error(`${file} is not a model that can be loaded: ${(e as Error).message}.`, { cause: e });
  }
  const { topology, weights } = found;
  if (!topology)
    throw new Error(
      `${file} holds weights, not a model. Make the model, and call nn.loadWeights(model, ${JSON.stringify(path.basename(file))}).`,
    );
  return {
    modelTopology: topology,
    format: 'layers-model',
    weightSpecs: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const })),
    weightData: weights.map(({ values }) => values.buffer as ArrayBuffer),
  };
}
