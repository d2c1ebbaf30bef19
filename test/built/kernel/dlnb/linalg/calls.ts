// The functions of `linalg` by the names of the cases in expected.json.
import type { makeLinalg } from '../../../../../kernel/dlnb/linalg/index.ts';
import type { TensorLibrary } from '../../../../../kernel/dlnb/library.ts';
import type { Tensor } from '../../tensors/layers/library.ts';

interface Numbers {
  shape: number[];
  values: number[];
}

/** What PyTorch gave for a case. */
export interface Expected {
  name: string;
  inputs: Numbers[];
  outputs: Numbers[];
  /** Of the sum of the outputs' numbers, weighted by cos 1, cos 2, … */
  gradients: Numbers[];
  /** The gradient of the sum of the gradients' squares. */
  second: Numbers[];
}

type Linalg = ReturnType<typeof makeLinalg>;
type Call = (linalg: Linalg, ...x: Tensor[]) => Tensor[];

export const calls = (tf: TensorLibrary): Record<string, Call> => ({
  solve: (l, a, b) => [l.solve(a!, b!)],
  inv: (l, a) => [l.inv(a!)],
  det: (l, a) => [l.det(a!)],
  slogdet: (l, a) => Object.values(l.slogdet(a!)),
  cholesky: (l, a) => {
    const n = a!.shape.at(-1)!;
    return [l.cholesky(tf.add(tf.matMul(a!, a!, false, true), tf.eye(n)))];
  },
  qr: (l, a) => Object.values(l.qr(a!)),
  eigh: (l, a) => {
    const order = [...a!.shape.keys()];
    [order[order.length - 1], order[order.length - 2]] = [order.at(-2)!, order.at(-1)!];
    return Object.values(l.eigh(tf.mul(tf.add(a!, tf.transpose(a!, order)), 0.5)));
  },
  svd: (l, a) => Object.values(l.svd(a!)),
  pinv: (l, a) => [l.pinv(a!)],
  norm: (l, x) => [l.norm(x!)],
  'norm 3 axis 1': (l, x) => [l.norm(x!, { ord: 3, axis: 1 })],
  'norm 1': (l, x) => [l.norm(x!, { ord: 1 })],
  'norm inf': (l, x) => [l.norm(x!, { ord: Infinity })],
  'norm -inf': (l, x) => [l.norm(x!, { ord: -Infinity })],
  'norm 2': (l, x) => [l.norm(x!, { ord: 2 })],
  'norm -2': (l, x) => [l.norm(x!, { ord: -2 })],
  'norm nuc': (l, x) => [l.norm(x!, { ord: 'nuc' })],
  'norm fro axes 2 0': (l, x) => [l.norm(x!, { ord: 'fro', axis: [2, 0] })],
  'norm nuc axes 2 0': (l, x) => [l.norm(x!, { ord: 'nuc', axis: [2, 0] })],
  sort: (l, x) => [l.sort(x!)],
  'sort axis 1 descending': (l, x) => [l.sort(x!, { axis: 1, descending: true })],
  variance: (l, x) => [l.variance(x!)],
  'variance axis 0 correction 1': (l, x) => [l.variance(x!, { axis: 0, correction: 1 })],
  'std axis 1': (l, x) => [l.std(x!, { axis: 1 })],
  quantile: (l, x) => [l.quantile(x!, [0, 0.1, 0.5, 0.93, 1])],
  'quantile axis 0': (l, x) => [l.quantile(x!, [0.25, 0.6], { axis: 0 })],
  median: (l, x) => [l.median(x!)],
});
