// The results of one build on the device `cpu`, each as a hash of its bits: every case of the gradient tests with its gradients,
// random numbers, three steps of every optimizer, and three steps of every work of the benchmark.
// Arguments: the folder of the build, and the number of threads. Prints a JSON object, name → hash.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Library from '../../../kernel/tensors/index.ts';
import { convolution, convolutionMade } from '../../gradients/cases/convolution.ts';
import { elementwise } from '../../gradients/cases/elementwise.ts';
import { linear, linearMade } from '../../gradients/cases/linear.ts';
import { activations, losses } from '../../gradients/cases/losses.ts';
import { moving, movingMade } from '../../gradients/cases/moving.ts';
import { normalization, normalizationMade } from '../../gradients/cases/normalization.ts';
import { own } from '../../gradients/cases/own.ts';
import { pooling, poolingMade } from '../../gradients/cases/pooling.ts';
import { reductions, reductionsMade } from '../../gradients/cases/reductions.ts';
import { secondOrder, secondOrderMade } from '../../gradients/cases/second.ts';
import type { Case } from '../../gradients/check.ts';
import type { Tensor } from '../../gradients/device.ts';
import { randomOf } from '../../gradients/random.ts';
import { composedOps, prepareTf, type TF } from '../cpu/tf-works.ts';
import { works } from '../cpu/works.mts';

const [dist = '', threads = '1'] = process.argv.slice(2);
const library = createRequire(join(dist, 'tf.js'))('./tf.js') as typeof Library;
const tf = library.tf as unknown as TF;
const results: Record<string, string> = {};

/** Notes what `compute` gives, if it throws no error. Unseeded random numbers are the same ones for the same name. */
async function note(name: string, compute: () => Promise<(Tensor | number)[]>): Promise<void> {
  const hash = createHash('sha256');
  Math.random = randomOf(name);
  try {
    for (const x of await compute()) {
      if (typeof x === 'number') hash.update(String(x));
      else hash.update(`${x.dtype} ${x.shape.join()} `).update(x.dtype === 'complex64' ? '' : (await x.data()).slice());
    }
    results[name] = hash.digest('hex').slice(0, 16);
  } catch {
    // An op refuses a dtype: no result, in either build
  }
}

const joined = (y: Tensor | Tensor[]): Tensor => (Array.isArray(y) ? tf.concat(y.map((t) => t.reshape([-1]))) : y);

async function differentiate({ name, inputs, f }: Case): Promise<Tensor[]> {
  const random = randomOf(name);
  const xs = inputs.map((draw) => draw(random)).map(({ values, shape }) => tf.tensor(values, shape));
  const y = tf.tidy(() => joined(f(tf as never, ...xs)));
  const dy = tf.tensor(
    Array.from({ length: y.size }, () => random() - 0.5),
    y.shape,
  );
  const { value, grads } = tf.valueAndGrads((...x) => joined(f(tf as never, ...x)))(xs, dy);
  return [y, value, ...grads];
}

const tables = [
  ...[elementwise, reductions, reductionsMade, moving, movingMade, linear, linearMade, convolution, convolutionMade],
  ...[pooling, poolingMade, normalization, normalizationMade, own, activations, losses, secondOrder, secondOrderMade],
];

/** Ops of two tensors, and of one, as functions of `tf`. */
const binary = [
  ...['add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'pow', 'maximum', 'minimum', 'squaredDifference'],
  ...['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'],
  ...['logicalAnd', 'logicalOr', 'logicalXor', 'atan2', 'prelu'],
];
const unary = [
  ...['abs', 'neg', 'sign', 'square', 'sqrt', 'exp', 'floor', 'ceil', 'round', 'relu', 'relu6', 'step'],
  ...['isNaN', 'isInf', 'isFinite', 'logicalNot', 'argMax', 'argMin', 'sum', 'mean', 'prod', 'max', 'min'],
  ...['all', 'any', 'cumsum', 'cumprod', 'softmax', 'logSumExp', 'onesLike', 'zerosLike', 'reverse'],
];

type Train = Record<string, (rate: number, ...rest: number[]) => import('@tensorflow/tfjs').Optimizer>;

async function main(): Promise<void> {
  await library.startCpu({ dist, threads: Number(threads) });
  for (const table of tables)
    for (const [op, cases] of Object.entries(table))
      for (const c of cases) await note(`${op} ${c.name}`, () => differentiate(c));

  const ops = tf as unknown as Record<string, (...inputs: Tensor[]) => Tensor>;
  // What has no gradient: comparisons, whole numbers, truth
  for (const [a, b] of [
    [[7], [7]],
    [[130], []],
    [[4, 9], [9]],
    [
      [2, 1, 5],
      [3, 1],
    ],
    [
      [17, 19],
      [17, 19],
    ],
  ] as const)
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const draw = (shape: readonly number[]) =>
        tf
          .randomUniform([...shape], -9, 9)
          .round()
          .cast(dtype);
      const at = `${dtype} [${a.join()}] [${b.join()}]`;
      for (const op of binary) await note(`${op} ${at}`, async () => [ops[op]!(draw(a), draw(b))]);
      for (const op of unary) await note(`${op} ${at}`, async () => [ops[op]!(draw(a))]);
      for (const to of ['float32', 'int32', 'bool'] as const)
        await note(`cast to ${to} ${at}`, async () => [draw(a).cast(to)]);
      await note(`where ${at}`, async () => [tf.where(draw(a).cast('bool'), draw(a), draw(a))]);
      await note(`sort ${at}`, async () => Object.values(tf.topk(draw(a), 1)));
    }

  for (const shape of [[5], [1000], [33, 65]]) {
    const at = `[${shape.join()}]`;
    for (const seed of [7, undefined]) {
      const how = seed === undefined ? 'unseeded' : 'seeded';
      await note(`randomUniform ${at} ${how}`, async () => [tf.randomUniform(shape, -2, 3, 'float32', seed)]);
      await note(`randomNormal ${at} ${how}`, async () => [tf.randomNormal(shape, 1, 2, 'float32', seed)]);
      await note(`truncatedNormal ${at} ${how}`, async () => [tf.truncatedNormal(shape, 0, 1, 'float32', seed)]);
      await note(`dropout ${at} ${how}`, async () => [tf.dropout(tf.ones(shape), 0.3, undefined, seed)]);
    }
  }

  for (const name of ['sgd', 'momentum', 'adagrad', 'adadelta', 'adam', 'adamax', 'rmsprop', 'adamw', 'lion'])
    await note(`optimizer ${name}`, async () => {
      const optimizer = (tf.train as unknown as Train)[name]!(0.05, ...(name === 'momentum' ? [0.9] : []));
      const ws = [[7], [3, 5], [130]].map((shape, i) => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', i + 1)));
      const steps: (Tensor | number)[] = [];
      for (let i = 0; i < 3; i++) {
        const loss = () => tf.addN(ws.map((w) => w.square().mul(w.tanh()).sum())).asScalar();
        steps.push(optimizer.minimize(loss, true, ws)!);
        steps.push(...ws.map((w) => w.clone()));
      }
      return steps;
    });

  for (const { name } of works)
    await note(`work ${name}`, async () => {
      const { step, once } = await prepareTf(tf, name, composedOps(tf));
      return [await step(), await step(), once()];
    });

  process.stdout.write(JSON.stringify(results), () => process.exit());
}

void main();
