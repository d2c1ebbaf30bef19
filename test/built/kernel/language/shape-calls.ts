// Seeded calls of every op whose shape is known before cells run: some fit, some do not.
import { OPS, type Caller } from '../../../../kernel/language/shape-rules.ts';

/** Park and Miller 1988: whole numbers below n. */
export const randomOf = (seed: number) => {
  let state = seed;
  return (n: number) => (state = (state * 48271) % 2147483647) % n;
};

type Random = (n: number) => number;

class Calls {
  constructor(readonly random: Random) {}
  pick<T>(...list: readonly T[]): T {
    return list[this.random(list.length)]!;
  }
  often(times: number): boolean {
    return this.random(times) > 0;
  }
  number(from: number, to: number): number {
    return from + this.random(to - from + 1);
  }
  list<T>(n: number, of: (i: number) => T): T[] {
    return Array.from({ length: n }, (_, i) => of(i));
  }
  sizes(rank = this.number(0, 4)): number[] {
    return this.list(rank, () => this.pick(1, 1, 2, 3, 4));
  }
  axis(rank: number): number {
    return this.often(6) && rank > 0 ? this.number(-rank, rank - 1) : this.number(-6, 6);
  }
  /** One that can be broadcast with a shape, mostly. */
  like(shape: readonly number[]): number[] {
    if (!this.often(4)) return this.sizes();
    return shape.slice(this.random(shape.length + 1)).map((n) => this.pick(n, n, 1));
  }
}

const zeros = (shape: readonly number[], dtype = 'float32') =>
  dtype === 'float32' ? `tf.zeros([${shape.join(', ')}])` : `tf.zeros([${shape.join(', ')}], '${dtype}')`;
const listOf = (list: readonly unknown[]) => `[${list.join(', ')}]`;

/** What stands behind the tensor of a call, by its shape; undefined for a function without a tensor. */
type Rest = (c: Calls, shape: number[]) => readonly (string | number | boolean)[];
interface Form {
  rest: Rest;
  dtype?: string;
  rank?: (c: Calls) => number;
}
const none: Rest = () => [];
const image = (c: Calls) => (c.often(5) ? c.pick(3, 4) : c.number(0, 5));
const window = (c: Calls) => c.pick<string | number>(1, 2, 3, `[${c.number(1, 3)}, ${c.number(1, 3)}]`);
const padding = (c: Calls) => c.pick("'same'", "'valid'");
const convolution: Rest = (c, shape) => {
  const channels = c.often(5) ? (shape.at(-1) ?? 1) : c.number(1, 4);
  const filter = c.often(6) ? [c.number(1, 4), c.number(1, 4), channels, c.number(1, 3)] : c.sizes();
  return [zeros(filter), window(c), padding(c)];
};
const binary = (dtype?: string): Form => ({
  rest: (c, shape) => [zeros(c.like(shape), dtype)],
  ...(dtype && { dtype }),
});
const reduction = (dtype?: string): Form => ({
  rest: (c, { length }) => {
    const axis = c.pick<string | number>('undefined', c.axis(length), listOf([c.axis(length)]));
    return c.pick<(string | number | boolean)[]>([], [axis], [axis, c.pick(true, false)]);
  },
  ...(dtype && { dtype }),
});
const forms: Record<string, Form> = {
  cast: { rest: () => ["'int32'"] },
  clipByValue: { rest: () => [0, 1] },
  dropout: { rest: () => [0.5] },
  leakyRelu: { rest: () => [0.1] },
  softmax: { rest: none, rank: (c) => c.number(1, 4) },
  logSoftmax: { rest: none, rank: (c) => c.number(1, 4) },
  logicalNot: { rest: none, dtype: 'bool' },
  ...Object.fromEntries(['logicalAnd', 'logicalOr', 'logicalXor'].map((name) => [name, binary('bool')])),
  ...Object.fromEntries(
    'add sub mul div divNoNan pow maximum minimum mod squaredDifference floorDiv atan2 equal notEqual greater greaterEqual less lessEqual'
      .split(' ')
      .map((name) => [name, binary()]),
  ),
  ...Object.fromEntries(['sum', 'mean', 'max', 'min', 'prod', 'logSumExp'].map((name) => [name, reduction()])),
  ...Object.fromEntries(['any', 'all'].map((name) => [name, reduction('bool')])),
  ...Object.fromEntries(
    ['argMax', 'argMin'].map((name) => [
      name,
      { rest: (c, s) => c.pick([], [c.axis(s.length)]), rank: (c) => c.number(1, 4) } satisfies Form,
    ]),
  ),
  matMul: {
    rank: (c) => (c.often(6) ? c.number(2, 4) : c.number(0, 1)),
    rest: (c, shape) => {
      const [ta, tb] = [c.pick(true, false), c.pick(true, false)];
      const inner = shape.at(ta ? -2 : -1) ?? 1;
      const matrix = tb ? [c.number(1, 4), inner] : [inner, c.number(1, 4)];
      const other = c.often(4) ? [...c.like(shape.slice(0, -2)), ...matrix] : c.sizes();
      return [zeros(other), ta, tb];
    },
  },
  dot: {
    rank: (c) => c.number(0, 3),
    rest: (c, shape) => [zeros(c.often(3) ? [shape.at(-1) ?? 1, ...c.sizes(c.number(0, 1))] : c.sizes())],
  },
  reshape: {
    rest: (c, shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        listOf(
          c.pick(
            [-1],
            [size, 1],
            c.list(shape.length, (i) => shape.at(-1 - i)),
            [...c.sizes(), -1],
            c.sizes(),
            [2, -1],
            [-1, -1],
          ),
        ),
      ];
    },
  },
  transpose: {
    rest: (c, shape) => {
      const order = shape.map((_, i) => i);
      if (c.often(3)) order.push(...order.splice(0, c.random(order.length + 1)));
      if (!c.often(6)) order.push(9);
      return c.pick([], [listOf(order)]);
    },
  },
  expandDims: { rest: (c, shape) => c.pick([], [c.axis(shape.length + 1)]) },
  squeeze: {
    rest: (c, { length }) => c.pick([], [listOf([c.axis(length)])], [listOf([0, c.pick(1, 2, 9)])]),
  },
  tile: {
    rank: (c) => c.number(1, 4),
    rest: (c, { length }) => [listOf(c.list(c.often(5) ? length : c.number(0, 5), () => c.number(1, 3)))],
  },
  pad: {
    rank: (c) => c.number(1, 4),
    rest: (c, { length }) => [
      listOf(c.list(c.often(5) ? length : c.number(1, 4), () => listOf([c.number(0, 2), c.number(0, 2)]))),
    ],
  },
  gather: {
    rank: (c) => c.number(1, 4),
    rest: (c, { length }) => [zeros(c.sizes(c.number(0, 2)), 'int32'), ...c.pick([], [c.axis(length)])],
  },
  slice: {
    rank: (c) => c.number(1, 4),
    rest: (c, { length }) => {
      const begin = c.list(c.number(1, length), () => c.number(0, 2));
      const size = c.list(c.number(1, length), () => c.pick(-1, 1, 2, 3));
      return c.pick<string[]>(
        [listOf(begin)],
        [String(begin[0])],
        [listOf(begin), listOf(size)],
        [listOf(begin), String(size[0])],
      );
    },
  },
  oneHot: { dtype: 'int32', rest: (c) => [c.number(2, 5)] },
  norm: {
    rank: (c) => c.number(1, 4),
    rest: (c, { length }) =>
      c.pick<(string | number | boolean)[]>(
        [],
        ["'euclidean'", c.axis(length)],
        [1, c.axis(length), c.pick(true, false)],
      ),
  },
  conv2d: { rank: image, rest: convolution },
  depthwiseConv2d: { rank: image, rest: convolution },
  maxPool: { rank: image, rest: (c) => [window(c), window(c), padding(c)] },
  avgPool: { rank: image, rest: (c) => [window(c), window(c), padding(c)] },
  resizeBilinear: { rank: image, rest: (c) => [listOf([c.number(1, 5), c.number(1, 5)])] },
  resizeNearestNeighbor: { rank: image, rest: (c) => [listOf([c.number(1, 5), c.number(1, 5)])] },
  reverse: { rest: (c, { length }) => c.pick([], [c.axis(length)], [listOf([c.axis(length)])]) },
};

const nested = (shape: readonly number[]): string =>
  shape.length === 0 ? '1' : listOf(Array.from({ length: shape[0]! }, () => nested(shape.slice(1))));
const tensorOf =
  (rank?: number) =>
  (c: Calls): (string | number)[] => {
    const shape = c.sizes(rank);
    const size = shape.reduce((a, b) => a * b, 1);
    return c.pick([nested(shape)], [nested([size]), listOf(c.often(3) ? shape : c.sizes(rank))]);
  };
const several = (c: Calls) => {
  const shape = c.sizes(c.number(1, 4));
  const at = c.random(shape.length);
  const others = c.list(c.number(0, 2), () =>
    c.often(5) ? shape.map((n, i) => (i === at ? c.number(1, 3) : n)) : c.sizes(),
  );
  return { list: [shape, ...others].map((s) => zeros(s)), axis: c.often(3) ? at : c.axis(shape.length) };
};
const alike = (c: Calls) => {
  const shape = c.sizes();
  const others = c.list(c.number(0, 2), () => (c.often(4) ? shape : c.sizes()));
  return { list: [shape, ...others].map((s) => zeros(s)), axis: c.axis(shape.length + 1) };
};
/** Functions that do not begin with one tensor. */
const makers: Record<string, (c: Calls) => readonly (string | number)[]> = {
  ...{ tensor: tensorOf(), tensor2d: tensorOf(2), tensor3d: tensorOf(3), tensor4d: tensorOf(4) },
  tensor1d: (c) => [nested(c.sizes(1))],
  scalar: () => [3],
  ...Object.fromEntries(
    'zeros ones randomNormal randomUniform randomStandardNormal truncatedNormal'
      .split(' ')
      .map((name) => [name, (c: Calls) => [listOf(c.sizes())]]),
  ),
  fill: (c) => [listOf(c.sizes()), 7],
  eye: (c) => c.pick<(string | number)[]>([3], [2, 3], [2, 3, listOf(c.sizes(c.number(1, 2)))]),
  variable: (c) => [zeros(c.sizes())],
  linspace: (c) => [0, 1, c.number(1, 9)],
  range: (c) => [c.number(-3, 3), c.number(-3, 3), ...c.pick<number[]>([], [c.pick(1, 2, 3, -1, -2, 0.5)])],
  where: (c) => {
    const shape = c.sizes();
    return [zeros(c.like(shape), 'bool'), zeros(c.like(shape)), zeros(c.like(shape))];
  },
  outerProduct: (c) => [zeros(c.sizes(c.often(4) ? 1 : undefined)), zeros(c.sizes(c.often(4) ? 1 : undefined))],
  concat: (c) => {
    const { list, axis } = several(c);
    return [listOf(list), ...c.pick([], [axis])];
  },
  stack: (c) => {
    const { list, axis } = alike(c);
    return [listOf(list), ...c.pick([], [axis])];
  },
};

/** A call of an op, as an expression. */
export function callOf(caller: Caller, name: string, random: Random): string {
  const c = new Calls(random);
  if (caller === 'tf' && makers[name]) return `tf.${name}(${makers[name](c).join(', ')})`;
  if (caller === 'tensor' && (name === 'concat' || name === 'stack')) {
    const { list, axis } = name === 'concat' ? several(c) : alike(c);
    return `${list[0]!}.${name}(${c.pick(listOf(list.slice(1)), list[1] ?? '[]')}, ${axis})`;
  }
  const form = forms[name] ?? { rest: none };
  const shape = c.sizes(form.rank?.(c));
  const rest = form.rest(c, shape);
  const x = zeros(shape, form.dtype);
  if (caller === 'tensor') return `${x}.${name}(${rest.join(', ')})`;
  return `tf.${caller === 'image' ? 'image.' : ''}${name}(${[x, ...rest].join(', ')})`;
}

/** All ops. */
export const allOps: [caller: Caller, name: string][] = (Object.keys(OPS) as Caller[]).flatMap((caller) =>
  OPS[caller].map((name): [Caller, string] => [caller, name]),
);

/** What a layer is made with, besides `inputShape`. */
const layers: Record<string, (c: Calls) => string> = {
  dense: (c) => `units: ${c.number(1, 5)}`,
  flatten: () => '',
  dropout: () => 'rate: 0.5',
  activation: () => "activation: 'relu'",
  batchNormalization: () => '',
  reshape: (c) => `targetShape: ${listOf(c.pick([-1], [2, -1], [4, 4, 1], [3, 3], [...c.sizes(2), -1]))}`,
  conv1d: (c) => `filters: ${c.number(1, 4)}, ${kernelOf(c, 1)}`,
  conv2d: (c) => `filters: ${c.number(1, 4)}, ${kernelOf(c, 2)}`,
  separableConv2d: (c) => `filters: ${c.number(1, 4)}, ${kernelOf(c, 2)}`,
  depthwiseConv2d: (c) => kernelOf(c, 2) + c.pick('', ', depthMultiplier: 2'),
  maxPooling1d: (c) => c.pick('', 'poolSize: 3', 'poolSize: 2, strides: 1', "poolSize: 2, padding: 'same'"),
  averagePooling2d: (c) => c.pick('', 'poolSize: 3', 'poolSize: [2, 1], strides: 1', "poolSize: 2, padding: 'same'"),
  maxPooling2d: (c) => c.pick('', 'poolSize: 3', 'poolSize: [2, 1], strides: [1, 2]', "poolSize: 2, padding: 'same'"),
  globalAveragePooling1d: () => '',
  globalMaxPooling2d: () => '',
  lstm: (c) => `units: ${c.number(1, 3)}, returnSequences: ${c.pick(true, false)}`,
  simpleRNN: (c) => `units: ${c.number(1, 3)}`,
  upSampling2d: (c) => c.pick('', 'size: [2, 3]'),
};
const kernelOf = (c: Calls, axes: number) => {
  const size = c.pick(String(c.number(1, 4)), listOf(c.list(axes, () => c.number(1, 4))));
  return `kernelSize: ${size}, ${c.pick('', 'strides: 2, ', 'dilationRate: 2, ')}padding: ${padding(c)}`;
};

/** A model of a few layers. */
export function modelOf(random: Random): string {
  const c = new Calls(random);
  const names = Object.keys(layers);
  const shape = c.pick(
    [c.number(1, 9)],
    [c.number(1, 9), c.number(1, 3)],
    [c.number(1, 9), c.number(1, 9), c.number(1, 3)],
  );
  const list = c.list(c.number(1, 4), (i) => {
    const name = c.pick(...names);
    const options = [i === 0 && c.often(12) ? `inputShape: ${listOf(shape)}` : '', layers[name]!(c)].filter(Boolean);
    return `tf.layers.${name}({ ${options.join(', ')} })`;
  });
  return `tf.sequential({ layers: [${list.join(', ')}] })`;
}
