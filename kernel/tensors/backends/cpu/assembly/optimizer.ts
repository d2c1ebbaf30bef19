// Updates of parameters: one task over the elements of all of them, whatever optimiser it is. Each rule is one pass: everything that
// it needs of an element is read once and written once.
import { args, bound, chunksOf, parallel } from './pool';
import { madd, nmadd } from './simd';

// The rules; ops/optimizer.ts has the same numbers
const SGD: i32 = 0;
const MOMENTUM: i32 = 1;
const NESTEROV: i32 = 2;
const ADAGRAD: i32 = 3;
const RMSPROP: i32 = 4;
const RMSPROP_CENTERED: i32 = 5;
const ADAM: i32 = 6;
const ADAMAX: i32 = 7;
const ADADELTA: i32 = 8;
const LION: i32 = 9;

/** Where one parameter, its gradient and what the optimiser remembers of it are: `n` float32 each. */
@unmanaged
class Parameter {
  /** Where its elements begin among those of all parameters; a multiple of 16. */
  start: i32;
  n: i32;
  value: usize;
  gradient: usize;
  slot0: usize;
  slot1: usize;
  slot2: usize;
  unused: i32;
}

@unmanaged
class UpdateArgs {
  rule: i32;
  parameters: usize;
  count: i32;
  /** Elements of all parameters, those of each rounded up to a multiple of 16. */
  total: i32;
  rate: f32;
  decay: f32;
  a: f32;
  b: f32;
  c: f32;
  d: f32;
  e: f32;
  f: f32;
}

/**
 * Updates `count` parameters in place. What lies behind the last element of each, up to the next multiple of 4, is written to as
 * well: it must belong to the parameter's block, which holds for whole blocks of the heap.
 * @param parameters table [count] of `Parameter`
 * @param total see `UpdateArgs`
 * @param rate learning rate
 * @param decay what the parameters are multiplied with first: 1 − learning rate · weight decay
 * @param a…f the rule's own numbers, see the loops
 */
export function updateParameters(
  rule: i32,
  parameters: usize,
  count: i32,
  total: i32,
  rate: f32,
  decay: f32,
  a: f32,
  b: f32,
  c: f32,
  d: f32,
  e: f32,
  f: f32,
): void {
  const t = args<UpdateArgs>();
  t.rule = rule;
  t.parameters = parameters;
  t.count = count;
  t.total = total;
  t.rate = rate;
  t.decay = decay;
  t.a = a;
  t.b = b;
  t.c = c;
  t.d = d;
  t.e = e;
  t.f = f;
  parallel(updateTask.index, chunksOf(total, 8192));
}

function updateTask(chunk: i32, chunks: i32): void {
  const t = args<UpdateArgs>();
  const from = bound(t.total, 16, chunk, chunks);
  const to = bound(t.total, 16, chunk + 1, chunks);
  // The last parameter that begins at `from` or before
  let low = 0;
  let high = t.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (changetype<Parameter>(t.parameters + <usize>middle * offsetof<Parameter>()).start <= from) low = middle;
    else high = middle - 1;
  }
  for (let i = low; i < t.count; i++) {
    const p = changetype<Parameter>(t.parameters + <usize>i * offsetof<Parameter>());
    if (p.start >= to) return;
    const first = max(from, p.start) - p.start;
    const last = min(to - p.start, p.n);
    if (first < last) update(p, (<usize>first) << 2, (<usize>((last + 3) & -4)) << 2);
  }
}

/** Elements of one parameter, from byte `i` to byte `end`. */
function update(p: Parameter, i: usize, end: usize): void {
  switch (args<UpdateArgs>().rule) {
    case SGD:
      return loop(SGD, p, i, end);
    case MOMENTUM:
      return loop(MOMENTUM, p, i, end);
    case NESTEROV:
      return loop(NESTEROV, p, i, end);
    case ADAGRAD:
      return loop(ADAGRAD, p, i, end);
    case RMSPROP:
      return loop(RMSPROP, p, i, end);
    case RMSPROP_CENTERED:
      return loop(RMSPROP_CENTERED, p, i, end);
    case ADAM:
      return loop(ADAM, p, i, end);
    case ADAMAX:
      return loop(ADAMAX, p, i, end);
    case ADADELTA:
      return loop(ADADELTA, p, i, end);
    case LION:
      return loop(LION, p, i, end);
  }
}

// @ts-ignore: decorator
@inline
function loop(rule: i32, p: Parameter, from: usize, end: usize): void {
  const t = args<UpdateArgs>();
  const value = p.value;
  const gradient = p.gradient;
  const s0 = p.slot0;
  const s1 = p.slot1;
  const s2 = p.slot2;
  const rate = f32x4.splat(t.rate);
  const decay = f32x4.splat(t.decay);
  const a = f32x4.splat(t.a);
  const b = f32x4.splat(t.b);
  const c = f32x4.splat(t.c);
  const d = f32x4.splat(t.d);
  const e = f32x4.splat(t.e);
  const f = f32x4.splat(t.f);
  for (let i = from; i < end; i += 16) {
    let w = v128.load(value + i);
    const g = v128.load(gradient + i);
    switch (rule) {
      case SGD:
        w = nmadd(rate, g, w);
        break;
      case MOMENTUM: {
        // a: momentum
        const m = madd(a, v128.load(s0 + i), g);
        v128.store(s0 + i, m);
        w = nmadd(rate, m, w);
        break;
      }
      case NESTEROV: {
        const m = madd(a, v128.load(s0 + i), g);
        v128.store(s0 + i, m);
        w = nmadd(rate, madd(a, m, g), w);
        break;
      }
      case ADAGRAD: {
        // e: ε
        const sum = madd(g, g, v128.load(s0 + i));
        v128.store(s0 + i, sum);
        w = f32x4.sub(w, f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(sum, e))));
        break;
      }
      case RMSPROP: {
        // a: decay of the mean; b: 1 − a; c: momentum; e: ε
        const square = madd(a, v128.load(s0 + i), f32x4.mul(b, f32x4.mul(g, g)));
        v128.store(s0 + i, square);
        const step = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(square, e)));
        const m = madd(c, v128.load(s1 + i), step);
        v128.store(s1 + i, m);
        w = f32x4.sub(w, m);
        break;
      }
      case RMSPROP_CENTERED: {
        const square = madd(a, v128.load(s0 + i), f32x4.mul(b, f32x4.mul(g, g)));
        v128.store(s0 + i, square);
        const mean = madd(a, v128.load(s2 + i), f32x4.mul(b, g));
        v128.store(s2 + i, mean);
        // E[g²] − E[g]² is not negative, but its rounded value may be
        const variance = f32x4.max(nmadd(mean, mean, square), f32x4.splat(0));
        const step = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(variance, e)));
        const m = madd(c, v128.load(s1 + i), step);
        v128.store(s1 + i, m);
        w = f32x4.sub(w, m);
        break;
      }
      case ADAM: {
        // a: β₁; b: β₂; c: 1 − β₁; d: 1 − β₂; e: ε; f: 1 / (1 − β₂ᵗ); rate: learning rate / (1 − β₁ᵗ)
        const m = madd(a, v128.load(s0 + i), f32x4.mul(c, g));
        v128.store(s0 + i, m);
        const v = madd(b, v128.load(s1 + i), f32x4.mul(d, f32x4.mul(g, g)));
        v128.store(s1 + i, v);
        const step = f32x4.div(f32x4.mul(rate, m), f32x4.add(f32x4.sqrt(f32x4.mul(v, f)), e));
        w = f32x4.sub(f32x4.mul(w, decay), step);
        break;
      }
      case ADAMAX: {
        // a: β₁; b: β₂; c: 1 − β₁; e: ε; rate: learning rate / (1 − β₁ᵗ)
        const m = madd(a, v128.load(s0 + i), f32x4.mul(c, g));
        v128.store(s0 + i, m);
        const norm = f32x4.max(f32x4.mul(b, v128.load(s1 + i)), f32x4.abs(g));
        v128.store(s1 + i, norm);
        w = nmadd(rate, f32x4.div(m, f32x4.add(norm, e)), w);
        break;
      }
      case ADADELTA: {
        // a: ρ; b: 1 − ρ; e: ε
        const squares = v128.load(s0 + i);
        const updates = v128.load(s1 + i);
        const ratio = f32x4.div(f32x4.sqrt(f32x4.add(updates, e)), f32x4.sqrt(f32x4.add(squares, e)));
        const step = f32x4.mul(ratio, g);
        v128.store(s0 + i, madd(a, squares, f32x4.mul(b, f32x4.mul(g, g))));
        v128.store(s1 + i, madd(a, updates, f32x4.mul(b, f32x4.mul(step, step))));
        w = nmadd(rate, step, w);
        break;
      }
      case LION: {
        // a: β₁; b: β₂; c: 1 − β₁; d: 1 − β₂
        const m = v128.load(s0 + i);
        const direction = madd(a, m, f32x4.mul(c, g));
        v128.store(s0 + i, madd(b, m, f32x4.mul(d, g)));
        const zero = f32x4.splat(0);
        const up = v128.and(f32x4.gt(direction, zero), rate);
        const down = v128.and(f32x4.lt(direction, zero), rate);
        w = f32x4.add(f32x4.sub(f32x4.mul(w, decay), up), down);
        break;
      }
    }
    v128.store(value + i, w);
  }
}
