// Arguments of random calls: how they are drawn, described so that two processes make the same of them, and spoilt.
import { Random } from '../differential/random.mts';

type DType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** A tensor to be made: `values` row by row; those of complex64 are pairs. */
export interface TensorSpec {
  $tensor: true;
  shape: number[];
  dtype: DType;
  values: (number | string)[];
}
export type Arg = unknown;

export const isTensorSpec = (arg: Arg): arg is TensorSpec =>
  typeof arg === 'object' && arg !== null && '$tensor' in arg;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** How the numbers of a tensor are drawn. */
export type Draw = 'any' | 'small' | 'positive' | 'unit' | 'ties' | 'bits';

const WORDS = ['', 'a', 'bc', 'def', 'a b', 'héllo', 'x,y', '  '];
const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, 3e38, 1e-30, 1e-40, 0.5, -1, 2];
const SIZES = [1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 11, 13, 16, 17];

/** Draws arguments; a seed determines them. */
export class Gen extends Random {
  /** A dimension: 0 at times, often a prime. */
  dim(): number {
    return this.chance(0.04) ? 0 : this.pick(SIZES);
  }

  /** A shape of this rank, or of 0 to 4; at most 3,000 elements, now and then more. */
  shape(rank = this.pick([0, 1, 1, 2, 2, 2, 3, 3, 4])): number[] {
    if (rank >= 1 && rank <= 2 && this.chance(0.05))
      return rank === 1 ? [this.int(500, 9000)] : [this.int(30, 140), this.int(30, 140)];
    for (;;) {
      const shape = Array.from({ length: rank }, () => this.dim());
      if (sizeOf(shape) <= 3000) return shape;
    }
  }

  /** A float32 tensor. Numbers of the draw `any` have at times ties, and at times infinities and NaN among them. */
  floats(shape = this.shape(), draw: Draw = 'any'): TensorSpec {
    const kind = draw !== 'any' ? draw : this.pick(['small', 'small', 'small', 'ties', 'special', 'wide'] as const);
    const one = (): number => {
      if (kind === 'small') return Math.fround(this.next() * 4 - 2);
      if (kind === 'positive') return Math.fround(this.next() * 2 + 0.01);
      if (kind === 'unit') return Math.fround(this.next());
      if (kind === 'ties') return this.int(-2, 2);
      if (kind === 'bits') return this.int(0, 1);
      if (kind === 'wide') return Math.fround((this.next() * 2 - 1) * 10 ** this.int(-3, 4));
      return this.chance(0.3) ? Math.fround(this.pick(SPECIAL)) : Math.fround(this.next() * 4 - 2);
    };
    return { $tensor: true, shape, dtype: 'float32', values: Array.from({ length: sizeOf(shape) }, one) };
  }

  /** An int32 tensor with values from `low` to `high`. */
  ints(shape = this.shape(), low = -9, high = 9): TensorSpec {
    const values = Array.from({ length: sizeOf(shape) }, () => this.int(low, Math.max(low, high)));
    return { $tensor: true, shape, dtype: 'int32', values };
  }

  bools(shape = this.shape()): TensorSpec {
    return {
      $tensor: true,
      shape,
      dtype: 'bool',
      values: Array.from({ length: sizeOf(shape) }, () => this.int(0, 1)),
    };
  }

  complex(shape = this.shape()): TensorSpec {
    const values = Array.from({ length: 2 * sizeOf(shape) }, () => Math.fround(this.next() * 4 - 2));
    return { $tensor: true, shape, dtype: 'complex64', values };
  }

  strings(shape = this.shape()): TensorSpec {
    return {
      $tensor: true,
      shape,
      dtype: 'string',
      values: Array.from({ length: sizeOf(shape) }, () => this.pick(WORDS)),
    };
  }

  /** Of any type of number. */
  numbers(shape = this.shape()): TensorSpec {
    const r = this.next();
    return r < 0.7 ? this.floats(shape) : r < 0.9 ? this.ints(shape) : this.bools(shape);
  }

  /** A shape that broadcasts with another. */
  broadcastable(shape: readonly number[]): number[] {
    const from = this.chance(0.3) ? this.int(0, shape.length) : 0;
    return shape.slice(from).map((d) => (this.chance(0.25) ? 1 : d));
  }

  /** An axis of a tensor of this rank, counted from the front or from the end. */
  axis(rank: number): number {
    const axis = this.int(0, Math.max(0, rank - 1));
    return this.chance(0.3) ? axis - rank : axis;
  }

  /** One axis, some axes, or none. */
  axes(rank: number): number | number[] | undefined {
    if (this.chance(0.3)) return undefined;
    if (rank === 0 || this.chance(0.5)) return this.axis(rank);
    return this.shuffled(rank).slice(0, this.int(1, rank));
  }

  /** 0 … n − 1 in random order. */
  shuffled(n: number): number[] {
    const list = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(0, i);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }

  /** The argument, or `undefined` so that the default holds. */
  maybe<T>(value: T): T | undefined {
    return this.chance(0.5) ? value : undefined;
  }
}

const WRONG_NUMBERS = [0, 1, -1, 2, 3, -2, 1.5, NaN, Infinity, 2 ** 40, -(2 ** 40), 5, 100];
const WRONG_TYPES = ['wrong', null, undefined, true, [], {}, [1, 2], 7];

/** @returns the arguments with one thing wrong, or at least different, somewhere in them */
export function spoilt(args: readonly Arg[], gen: Gen): Arg[] {
  const at = gen.int(0, Math.max(0, args.length - 1));
  return args.map((arg, i) => (i === at ? spoil(arg, gen) : arg));
}

function spoil(arg: Arg, gen: Gen): Arg {
  if (gen.chance(0.08)) return gen.pick(WRONG_TYPES);
  if (isTensorSpec(arg)) return spoilTensor(arg, gen);
  if (typeof arg === 'number') return gen.pick(WRONG_NUMBERS);
  if (typeof arg === 'boolean') return gen.chance(0.7) ? !arg : gen.pick(WRONG_TYPES);
  if (typeof arg === 'string') return gen.chance(0.7) ? 'wrong' : gen.pick(WRONG_TYPES);
  if (Array.isArray(arg)) return spoilArray(arg, gen);
  if (typeof arg === 'object' && arg !== null) {
    const key = gen.pick(Object.keys(arg));
    return key === undefined ? arg : { ...arg, [key]: spoil((arg as Record<string, Arg>)[key], gen) };
  }
  return gen.pick([0, -1, 1, 'wrong', [0], undefined, null]);
}

function spoilArray(arg: readonly Arg[], gen: Gen): Arg[] {
  const list = [...arg];
  const at = gen.int(0, Math.max(0, list.length - 1));
  const how = gen.int(0, 4);
  if (how === 0 && list.length > 0) list.splice(at, 1);
  else if (how === 1) list.splice(at, 0, list[at] ?? 1);
  else if (list.length > 0) list[at] = spoil(list[at], gen);
  return list;
}

function spoilTensor(arg: TensorSpec, gen: Gen): TensorSpec {
  const shape = [...arg.shape];
  const at = gen.int(0, Math.max(0, shape.length - 1));
  const how = gen.int(0, 6);
  if (how === 0 && shape.length > 0) shape.splice(at, 1);
  else if (how === 1) shape.splice(at, 0, gen.pick([1, 2, 0]));
  else if (how === 2 && shape.length > 0) shape[at] = gen.dim();
  else if (how === 3 && shape.length > 0) shape[at]! += gen.pick([1, -1]);
  else if (how === 4) return gen.floats(shape.length > 6 || sizeOf(shape) > 9000 ? [2] : shape);
  else return retyped(arg, gen);
  if (shape.some((d) => d < 0) || sizeOf(shape) > 9000) return arg;
  return retyped({ ...arg, shape }, gen, arg.dtype);
}

/** A tensor of the same shape, of another type unless told. */
function retyped({ shape }: TensorSpec, gen: Gen, dtype?: DType): TensorSpec {
  switch (dtype ?? gen.pick(['float32', 'int32', 'bool', 'complex64', 'string'] as const)) {
    case 'float32':
      return gen.floats(shape);
    case 'int32':
      return gen.ints(
        shape,
        ...gen.pick([
          [0, 3],
          [-9, 9],
          [-(2 ** 31), 2 ** 31 - 1],
        ] as [number, number][]),
      );
    case 'bool':
      return gen.bools(shape);
    case 'complex64':
      return gen.complex(shape);
    case 'string':
      return gen.strings(shape);
  }
}
