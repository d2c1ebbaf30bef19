// The measured process of jax-js: the works as its users write them, with one compiled function for a whole training
// step. Images are [batch, channels, height, width], as its convolution requires. Functions consume their arguments:
// `x.ref` keeps x for another use. Argument: the number of threads.
import './web-worker.ts'; // before jax-js, which looks for `Worker` when it is loaded
import { init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { sizeOf } from '../../../kernel/dlnb/shape.ts';
import { serve, type Prepared } from './serve.ts';
import { batchOf, orderOf } from './works.mts';

type Arrays = { [name: string]: np.Array };

interface Network {
  /** Shape of one example. */
  input: number[];
  weights: { [name: string]: number[] };
  /** Values that change in training but are not trained: running means and variances. */
  statistics?: { [name: string]: number[] };
  /** @returns logits `[batch, 10]` and the updated statistics */
  apply(w: Arrays, x: np.Array, statistics: Arrays): [np.Array, Arrays];
}

const networks: Record<string, () => Network> = {
  MLP: () => ({
    input: [784],
    weights: { w1: [784, 256], b1: [256], w2: [256, 128], b2: [128], w3: [128, 10], b3: [10] },
    apply(w, x, statistics) {
      const h1 = nn.relu(np.dot(x, w.w1!).add(w.b1!));
      const h2 = nn.relu(np.dot(h1, w.w2!).add(w.b2!));
      return [np.dot(h2, w.w3!).add(w.b3!), statistics];
    },
  }),
  CNN: () => ({
    input: [1, 28, 28],
    weights: {
      ...{ w1: [32, 1, 3, 3], b1: [32, 1, 1], w2: [64, 32, 3, 3], b2: [64, 1, 1] },
      ...{ w3: [1600, 10], b3: [10] },
    },
    apply(w, x, statistics) {
      const h1 = maxPool(nn.relu(lax.convGeneralDilated(x, w.w1!, [1, 1], 'VALID').add(w.b1!)));
      const h2 = maxPool(nn.relu(lax.convGeneralDilated(h1, w.w2!, [1, 1], 'VALID').add(w.b2!)));
      return [np.dot(h2.reshape([-1, 1600]), w.w3!).add(w.b3!), statistics];
    },
  }),
  'LeNet-5': () => ({
    input: [1, 28, 28],
    weights: {
      ...{ w1: [6, 1, 5, 5], b1: [6, 1, 1], w2: [16, 6, 5, 5], b2: [16, 1, 1] },
      ...{ w3: [400, 120], b3: [120], w4: [120, 84], b4: [84], w5: [84, 10], b5: [10] },
    },
    apply(w, x, statistics) {
      const h1 = meanPool(np.tanh(lax.convGeneralDilated(x, w.w1!, [1, 1], 'SAME').add(w.b1!)));
      const h2 = meanPool(np.tanh(lax.convGeneralDilated(h1, w.w2!, [1, 1], 'VALID').add(w.b2!)));
      const h3 = np.tanh(np.dot(h2.reshape([-1, 400]), w.w3!).add(w.b3!));
      const h4 = np.tanh(np.dot(h3, w.w4!).add(w.b4!));
      return [np.dot(h4, w.w5!).add(w.b5!), statistics];
    },
  }),
  'ResNet-20': resNet20,
  LSTM: () => ({
    input: [32, 128],
    weights: { kernel: [128, 512], recurrent: [128, 512], bias: [512], w: [128, 10], b: [10] },
    apply(w, x, statistics) {
      const batch = x.shape[0]!;
      const steps = np.unstack(np.dot(x, w.kernel!).add(w.bias!), 1);
      let h = np.zeros([batch, 128]);
      let c = np.zeros([batch, 128]);
      for (const z of steps) {
        const [i, f, g, o] = np.split(z.add(np.dot(h, w.recurrent!.ref)), 4, 1) as [
          np.Array,
          np.Array,
          np.Array,
          np.Array,
        ];
        c = c.mul(nn.sigmoid(f)).add(nn.sigmoid(i).mul(np.tanh(g)));
        h = nn.sigmoid(o).mul(np.tanh(c.ref));
      }
      c.dispose();
      w.recurrent!.dispose();
      return [np.dot(h, w.w!).add(w.b!), statistics];
    },
  }),
  GRU: () => ({
    input: [32, 128],
    weights: { kernel: [128, 384], recurrent: [128, 384], bias: [384], bias2: [384], w: [128, 10], b: [10] },
    apply(w, x, statistics) {
      const batch = x.shape[0]!;
      const thirds = (y: np.Array) => np.split(y, 3, 1) as [np.Array, np.Array, np.Array];
      const steps = np.unstack(np.dot(x, w.kernel!).add(w.bias!), 1);
      let h = np.zeros([batch, 128]);
      for (const step of steps) {
        const [xz, xr, xn] = thirds(step);
        const [hz, hr, hn] = thirds(np.dot(h.ref, w.recurrent!.ref).add(w.bias2!.ref));
        const n = np.tanh(xn.add(nn.sigmoid(xr.add(hr)).mul(hn)));
        h = n.ref.add(nn.sigmoid(xz.add(hz)).mul(h.sub(n)));
      }
      w.recurrent!.dispose();
      w.bias2!.dispose();
      return [np.dot(h, w.w!).add(w.b!), statistics];
    },
  }),
  'Transformer block': () => ({
    input: [64, 128],
    weights: {
      ...{ qkv: [128, 384], qkvBias: [384], out: [128, 128], outBias: [128] },
      ...{ gamma1: [128], beta1: [128], gamma2: [128], beta2: [128] },
      ...{ up: [128, 512], upBias: [512], down: [512, 128], downBias: [128] },
      ...{ head: [128, 10], headBias: [10] },
    },
    apply(w, x, statistics) {
      const batch = x.shape[0]!;
      const projected = np.split(np.dot(x.ref, w.qkv!).add(w.qkvBias!), 3, 2);
      const [q, k, v] = projected.map((p) => p.reshape([batch, 64, 4, 32])) as [np.Array, np.Array, np.Array];
      const mixed = nn.dotProductAttention(q, k, v).reshape([batch, 64, 128]);
      const attended = layerNorm(x.add(np.dot(mixed, w.out!).add(w.outBias!)), w.gamma1!, w.beta1!);
      const h = nn.relu(np.dot(attended.ref, w.up!).add(w.upBias!));
      const encoded = layerNorm(attended.add(np.dot(h, w.down!).add(w.downBias!)), w.gamma2!, w.beta2!);
      return [np.dot(encoded.mean(1), w.head!).add(w.headBias!), statistics];
    },
  }),
};

const maxPool = (x: np.Array) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
const meanPool = (x: np.Array) => lax.reduceWindow(x, np.mean, [2, 2], [2, 2]);
const layerNorm = (x: np.Array, gamma: np.Array, beta: np.Array) => nn.standardize(x, -1).mul(gamma).add(beta);

/** The residual network of He et al. 2015 for 32×32 images. Shortcuts are 1×1 convolutions where the shape changes. */
function resNet20(): Network {
  const weights: Network['weights'] = {};
  const statistics: Network['weights'] = {};
  const blocks = [16, 32, 64].flatMap((filters) =>
    [0, 1, 2].map((i) => {
      const grows = i === 0 && filters > 16;
      return { filters, inputs: grows ? filters / 2 : filters, stride: grows ? 2 : 1 };
    }),
  );
  const declare = (name: string, inputs: number, filters: number, size: number) => {
    weights[name] = [filters, inputs, size, size];
    weights[`${name}-gamma`] = weights[`${name}-beta`] = [filters, 1, 1];
    statistics[`${name}-mean`] = statistics[`${name}-variance`] = [filters, 1, 1];
  };
  declare('stem', 3, 16, 3);
  blocks.forEach(({ filters, inputs, stride }, i) => {
    declare(`${i}a`, inputs, filters, 3);
    declare(`${i}b`, filters, filters, 3);
    if (stride > 1) declare(`${i}s`, inputs, filters, 1);
  });
  weights.w = [64, 10];
  weights.b = [10];
  return {
    input: [3, 32, 32],
    weights,
    statistics,
    apply(w, x, old) {
      const updated: Arrays = {};
      const running = (name: string, now: np.Array) => old[name]!.mul(0.9).add(now.mul(0.1));
      const convolve = (x: np.Array, name: string, stride: number) => {
        const y = lax.convGeneralDilated(x, w[name]!, [stride, stride], 'SAME');
        const mean = np.mean(y.ref, [0, 2, 3]).reshape([-1, 1, 1]);
        const centered = y.sub(mean.ref);
        const variance = np.mean(np.square(centered.ref), [0, 2, 3]).reshape([-1, 1, 1]);
        updated[`${name}-mean`] = running(`${name}-mean`, lax.stopGradient(mean));
        updated[`${name}-variance`] = running(`${name}-variance`, lax.stopGradient(variance.ref));
        const scale = np.reciprocal(np.sqrt(variance.add(1e-5))).mul(w[`${name}-gamma`]!);
        return centered.mul(scale).add(w[`${name}-beta`]!);
      };
      let h = nn.relu(convolve(x, 'stem', 1));
      blocks.forEach(({ stride }, i) => {
        const shortcut = stride > 1 ? convolve(h.ref, `${i}s`, stride) : h.ref;
        h = nn.relu(convolve(nn.relu(convolve(h, `${i}a`, stride)), `${i}b`, 1).add(shortcut));
      });
      return [np.dot(np.mean(h, [2, 3]), w.w!).add(w.b!), updated];
    },
  };
}

/** Seeded random numbers, uniform in ± `limit`. */
function uniform(shape: number[], limit: number, seed: number): np.Array {
  const values = new Float32Array(sizeOf(shape));
  let state = seed * 2654435761;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = ((state >>> 8) / 2 ** 23 - 1) * limit;
  }
  return np.array(values).reshape(shape);
}

/** Initial weights: ones for scales, zeros for biases, He et al. 2015 for the others. */
function initial(shapes: Network['weights']): Arrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      if (/gamma|variance/.test(name)) return [name, np.ones(shape)];
      if (shape.length === 1 || shape.length === 3) return [name, np.zeros(shape)];
      const inputs = shape.length === 4 ? sizeOf(shape.slice(1)) : shape[0]!;
      return [name, uniform(shape, Math.sqrt(3 / inputs), i + 1)];
    }),
  );
}

type Moments = { count: np.Array; first: Arrays; second: Arrays };
type LossOf = (w: Arrays, statistics: Arrays, x: np.Array, y: np.Array) => [np.Array, Arrays];

/** A training step as one compiled function, with Adam as in jax-js's own library of optimizers. */
function training(loss: LossOf, shapes: Network['weights'], statistics: Network['weights'], x: np.Array, y: np.Array) {
  const update = jit((w: Arrays, m: Moments, old: Arrays, x: np.Array, y: np.Array) => {
    const [[value, now], gradients] = valueAndGrad(loss, { hasAux: true })(tree.ref(w), old, x, y) as unknown as [
      [np.Array, Arrays],
      Arrays,
    ];
    const count = m.count.add(1);
    const blend = (decay: number) => (g: np.Array, old: np.Array) => g.mul(1 - decay).add(old.mul(decay));
    const first = tree.map(blend(0.9), tree.ref(gradients), m.first) as Arrays;
    const second = tree.map(
      blend(0.999),
      tree.map((g: np.Array) => np.square(g), gradients),
      m.second,
    ) as Arrays;
    const correction = (decay: number) => np.reciprocal(np.subtract(1, np.power(decay, count.ref)));
    const [firstCorrection, secondCorrection] = [correction(0.9), correction(0.999)];
    const next = tree.map(
      (p: np.Array, a: np.Array, b: np.Array) =>
        p.sub(
          a
            .mul(firstCorrection.ref)
            .div(np.sqrt(b.mul(secondCorrection.ref)).add(1e-8))
            .mul(1e-3),
        ),
      w,
      tree.ref(first),
      tree.ref(second),
    ) as Arrays;
    firstCorrection.dispose();
    secondCorrection.dispose();
    return [next, { count, first, second }, now, value] as [Arrays, Moments, Arrays, np.Array];
  });
  const zeros = () => Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, np.zeros(shape)]));
  let w = initial(shapes);
  let moments: Moments = { count: np.array(0), first: zeros(), second: zeros() };
  let state = initial(statistics);
  const step = async () => {
    let value: np.Array;
    [w, moments, state, value] = update(w, moments, state, x.ref, y.ref);
    return (await value.data())[0]!;
  };
  return { parameters: Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0), step };
}

function classifier(work: string) {
  const { input, weights, statistics = {}, apply } = networks[work.split(',')[0]!]!();
  const batch = batchOf(work);
  const x = uniform([batch, ...input], 0.5, 99).add(0.5);
  const classes = np.array(Int32Array.from({ length: batch }, (_, i) => i % 10));
  const loss: LossOf = (w, old, x, y) => {
    const [logits, now] = apply(w, x, old);
    return [
      nn
        .logSoftmax(logits)
        .mul(y)
        .sum()
        .mul(-1 / batch),
      now,
    ];
  };
  return training(loss, weights, statistics, x, nn.oneHot(classes, 10));
}

function xor() {
  const x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
  const y = np.array([[0], [1], [1], [0]]);
  const loss: LossOf = (w, old, x, y) => {
    const h = np.tanh(np.dot(x, w.w1!).add(w.b1!));
    const output = nn.sigmoid(np.dot(h, w.w2!).add(w.b2!));
    return [np.mean(np.square(output.sub(y))), old];
  };
  return training(loss, { w1: [2, 4], b1: [4], w2: [4, 1], b2: [1] }, {}, x, y);
}

async function matmul(n: number): Promise<Pick<Prepared, 'parameters' | 'step'>> {
  const a = uniform([n, n], 0.5, 1).add(0.5);
  const b = uniform([n, n], 0.5, 2).add(0.5);
  const step = async () =>
    (
      await np
        .matmul(a.ref, b.ref)
        .slice(n - 1, n - 1)
        .data()
    )[0]!;
  const row = await a.ref.slice(n - 1).data();
  const column = await b.ref.slice([], n - 1).data();
  let right = 0;
  for (let i = 0; i < n; i++) right += row[i]! * column[i]!;
  const got = await step();
  if (!(Math.abs(got - right) < 1e-4 * right)) throw new Error(`a wrong product: ${got}, not ${right}`);
  return { parameters: 0, step };
}

const threads = Number(process.argv[2]);

void serve(async (work) => {
  await init('wasm');
  const about = `jax-js, wasm, jit, ${threads} thread${threads > 1 ? 's' : ''}`;
  if (work.startsWith('matmul ')) return { ...(await matmul(orderOf(work))), about };
  return { ...(work === 'XOR' ? xor() : classifier(work)), about };
});
