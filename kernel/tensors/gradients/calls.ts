// Calls that the stock op kernels or their gradients get wrong, turned into calls that they get right. This happens
// between TensorFlow.js's ops and the op kernels, and so holds for every device.
import * as tf from '@tensorflow/tfjs-core';
import { correctCallsBy } from '../engine/op-kernels.ts';
import { product } from './register.ts';

/** Tells the engine which calls to correct. */
export function correctCalls(): void {
  correctCallsBy({
    [tf.FusedBatchNorm]: batchNorm,
    [tf.BatchMatMul]: matMul,
    [tf.Einsum]: einsum,
    [tf.Mean]: meanOfNone,
  });
}

/**
 * The stock gradient of batch normalization needs scale and offset: 1 and 0 are filled in. Parameters that are
 * broadcast other than along the last axis, as by `tf.layers.batchNormalization({ axis: 1 })`, confuse op kernel and
 * gradient: they get the shape of x.
 */
function batchNorm(inputs: tf.NamedTensorMap): tf.NamedTensorMap | undefined {
  const { x, mean, variance, scale, offset } = inputs;
  const { shape } = mean!;
  const fits = shape.length === 1 || tf.util.arraysEqual(shape, x!.shape);
  if (fits && scale && offset) return undefined;
  const full = { mean: mean!, variance: variance!, scale: scale ?? tf.ones(shape), offset: offset ?? tf.zeros(shape) };
  const entries = Object.entries(full).map(([k, t]) => [k, fits ? t : tf.broadcastTo(t, x!.shape as [number])]);
  return { x: x!, ...(Object.fromEntries(entries) as typeof full) };
}

/** The mean of no numbers is NaN, as in NumPy, PyTorch and TensorFlow. The stock op kernels give 0. */
function meanOfNone({ x }: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  if (x!.size > 0) return undefined;
  const { axis, keepDims } = attrs as unknown as tf.MeanAttrs & { keepDims: boolean };
  return tf.tidy(() => tf.add(tf.sum(tf.cast(x!, 'float32'), axis, keepDims), NaN));
}

/**
 * For batch axes that are broadcast both ways, [2, 1] with [1, 3], the stock op kernels compute too few products, or
 * throw.
 */
function matMul({ a, b }: tf.NamedTensorMap): tf.NamedTensorMap | undefined {
  if (a!.rank <= 2 || b!.rank <= 2) return undefined;
  const [outerA, outerB] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const all = product(outer);
  if (all === product(outerA) || all === product(outerB)) return undefined;
  const full = (x: tf.Tensor) => tf.broadcastTo(x, [...outer, ...x.shape.slice(-2)] as [number]);
  return { a: full(a!), b: full(b!) };
}

/** A tensor with a letter for each axis. */
interface Term {
  t: tf.Tensor;
  letters: string;
}

/**
 * Sums of products by letters, `bhqd,bhkd->bhqk`, of any number of tensors, two by two from the left as matrix
 * products. The stock op kernels take at most two, multiply with broadcasting, and get equations wrong that sum over
 * several letters.
 */
function einsum(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor {
  const tensors = Object.values(inputs);
  const equation = (attrs['equation'] as string).replace(/\s/g, '');
  const { terms, out } = parse(equation, tensors);
  return tf.tidy(() => {
    let result = terms[0]!;
    for (let i = 1; i < terms.length; i++) {
      const wanted = out + terms.slice(i + 1).map((term) => term.letters);
      result = contract(result, terms[i]!, wanted);
    }
    return tf.clone(arrange(without(result, minus(result.letters, out)), out));
  });
}

/**
 * The operands with their letters.
 * @throws Error if the equation and the shapes do not fit
 */
function parse(equation: string, tensors: tf.Tensor[]): { terms: Term[]; out: string } {
  const fail = (why: string): never => {
    throw new Error(`einsum '${equation}': ${why}`);
  };
  const sides = equation.split('->');
  if (sides.length !== 2) fail(`write exactly one arrow, as in 'ij,jk->ik'`);
  if (equation.includes('.')) fail('an ellipsis is not supported: name every axis by a letter');
  const [left = '', out = ''] = sides;
  const letters = left.split(',');
  if (letters.length !== tensors.length) fail(`it has ${letters.length} operands, but ${tensors.length} were given`);
  if (new Set(out).size !== out.length) fail(`a letter stands twice in '${out}'`);
  const unknown = [...out].find((l) => !left.includes(l));
  if (unknown) fail(`'${unknown}' is in no operand`);

  const sizes = new Map<string, number>();
  const terms = letters.map((term, i) => {
    const t = tensors[i]!;
    if (new Set(term).size !== term.length) fail(`a letter stands twice in '${term}': diagonals are not supported`);
    if (term.length !== t.shape.length) fail(`'${term}' names ${term.length} axes of a tensor of shape [${t.shape}]`);
    for (const [axis, l] of [...term].entries()) {
      const size = sizes.get(l) ?? t.shape[axis]!;
      if (t.shape[axis] !== size) fail(`'${l}' is ${size} long in one operand and ${t.shape[axis]} in '${term}'`);
      sizes.set(l, size);
    }
    return { letters: term, t };
  });
  return { terms, out };
}

const minus = (a: string, b: string) => [...a].filter((l) => !b.includes(l)).join('');

/** The term summed over some of its axes. */
function without({ t, letters }: Term, summed: string): Term {
  const axes = [...summed].map((l) => letters.indexOf(l));
  return axes.length === 0 ? { t, letters } : { t: tf.sum(t, axes), letters: minus(letters, summed) };
}

/** The term's tensor with its axes in the given order. */
const arrange = ({ t, letters }: Term, order: string): tf.Tensor =>
  letters === order
    ? t
    : tf.transpose(
        t,
        [...order].map((l) => letters.indexOf(l)),
      );

/** The product of two terms, summed over the letters that are not `wanted`. */
function contract(first: Term, second: Term, wanted: string): Term {
  const x = without(first, minus(first.letters, second.letters + wanted));
  const y = without(second, minus(second.letters, first.letters + wanted));
  const shared = [...x.letters].filter((l) => y.letters.includes(l));
  const batch = shared.filter((l) => wanted.includes(l)).join('');
  const inner = minus(shared.join(''), wanted);
  const [rows, columns] = [minus(x.letters, y.letters), minus(y.letters, x.letters)];
  const sizes = new Map([x, y].flatMap(({ t, letters }) => [...letters].map((l, i) => [l, t.shape[i]!] as const)));
  const size = (letters: string) => product([...letters].map((l) => sizes.get(l)!));
  const flat = (term: Term, ...groups: string[]) => arrange(term, groups.join('')).reshape(groups.map(size));

  let result: tf.Tensor;
  if (inner === '') {
    const ofRows = flat(x, batch, rows).reshape([size(batch), size(rows), 1]);
    result = tf.mul(ofRows, flat(y, batch, columns).reshape([size(batch), 1, size(columns)]));
  } else {
    // A matrix product takes each operand in two layouts: no transposition if it is in one of them
    const transposeA = x.letters === batch + inner + rows && rows !== '';
    const transposeB = y.letters === batch + columns + inner;
    const a = transposeA ? flat(x, batch, inner, rows) : flat(x, batch, rows, inner);
    const b = transposeB ? flat(y, batch, columns, inner) : flat(y, batch, inner, columns);
    result = tf.matMul(a, b, transposeA, transposeB);
  }
  const letters = batch + rows + columns;
  return { t: result.reshape([...letters].map((l) => sizes.get(l)!)), letters };
}
