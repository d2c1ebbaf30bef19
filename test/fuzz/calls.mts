// The calls of a run: number and seed determine each, so every process makes the same by itself.
import { ops, opNames } from './ops.mts';
import { type Arg, Gen, isTensorSpec, spoilt } from './values.mts';

export interface Call {
  /** The op's name below `tf`. */
  op: string;
  args: Arg[];
  /** Whether something in the arguments is wrong on purpose; they may be right all the same. */
  spoilt: boolean;
}

/** Call number `index` of the run with this seed. */
export function callOf(seed: number, index: number): Call {
  const gen = new Gen(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const op = gen.pick(opNames);
  const right = ops[op]!(gen);
  if (!gen.chance(0.45)) return { op, args: right, spoilt: false };
  const args = spoilt(right, gen);
  return { op, args: gen.chance(0.2) ? spoilt(args, gen) : args, spoilt: true };
}

/** Where ops of two dimensions take the padding. */
const padAt: Record<string, number> = { conv1d: 3, conv2d: 3, depthwiseConv2d: 3, avgPool: 3, maxPool: 3 };

/** Arithmetic whose results are int32 for truth values; stock computes it in bytes. */
const WHOLE = new Set('add addN sub neg matMul dot cumsum cumprod'.split(' '));
/** Functions whose results are float32; stock computes them in the type of their input, if that is so throughout. */
const FLOATS = new Set(
  (
    'acos acosh asin asinh atan atanh expm1 log1p logSigmoid reciprocal selu sinh softplus atan2 ' +
    'losses.sigmoidCrossEntropy'
  ).split(' '),
);

/** The tensors of a call in another type, if they are all of these types. */
function inType(args: Arg[], types: readonly string[], dtype: 'float32' | 'int32'): Arg[] {
  const move = (arg: Arg): Arg => {
    if (Array.isArray(arg)) return arg.map(move);
    if (typeof arg === 'boolean' && dtype === 'float32') return Number(arg);
    return isTensorSpec(arg) ? { ...arg, dtype } : arg;
  };
  return args.flat().every((arg) => !isTensorSpec(arg) || types.includes(arg.dtype)) ? args.map(move) : args;
}

/**
 * The call for stock TensorFlow.js: truth values and whole numbers in the type that the result is to have, and numbers
 * as padding written out for each side. Stock takes those, but computes the width that belongs to a number from the
 * height of kernel and strides, and gives conv1d rows beside the data.
 */
export function forStock({ op, args: given, ...rest }: Call): Call {
  let args = given;
  if (WHOLE.has(op)) args = inType(args, ['bool'], 'int32');
  if (op === 'div') args = inType(args, ['bool'], 'float32');
  if (FLOATS.has(op)) args = inType(args, ['bool', 'int32'], 'float32');
  const pairs = (pad: unknown): unknown =>
    typeof pad === 'number' && Number.isInteger(pad) && pad >= 0
      ? [[0, 0], op === 'conv1d' ? [0, 0] : [pad, pad], [pad, pad], [0, 0]]
      : pad;
  const at = padAt[op];
  if (at !== undefined) return { op, args: args.map((arg, i) => (i === at ? pairs(arg) : arg)), ...rest };
  const [options] = args;
  if (!/^fused\.(depthwiseC|c)onv2d$/.test(op) || typeof options !== 'object' || options === null)
    return { op, args, ...rest };
  return { op, args: [{ ...options, pad: pairs((options as { pad?: unknown }).pad) }, ...args.slice(1)], ...rest };
}

/** Rows beyond which a result of this op, which is made of lists of JavaScript, takes minutes. */
const MANY_ROWS = 2 ** 20;

/** Whether a call would take minutes and all memory of the process, in either library. */
export const isTooLong = ({ op, args }: Call): boolean => {
  const rows = op === 'sparse.sparseFillEmptyRows' && isTensorSpec(args[2]) ? Number(args[2].values[0]) : 0;
  return rows > MANY_ROWS && rows < 2 ** 29;
};

/** Whether stock TensorFlow.js would not return from a call: it counts to infinity, or tries numbers that do not exist. */
export function isEndless({ op, args }: Call): boolean {
  const [, second, third] = args as [unknown, number | undefined, number | undefined];
  if (op === 'truncatedNormal') {
    const [mean, stdDev] = [second ?? 0, third ?? (third === undefined ? 1 : 0)];
    return !(mean - 2 * stdDev <= mean + 2 * stdDev);
  }
  if (op === 'signal.frame' || op === 'signal.stft') return Number(third) <= 0;
  if (op === 'unsortedSegmentSum') return Number(third) > 2 ** 31;
  if (op === 'maxPool3d' || op === 'avgPool3d') return [second].flat().some((n) => !(Number(n ?? NaN) <= 2 ** 31));
  // Fills rows of that many elements, until there is no more memory
  if (op === 'raggedTensorToTensor')
    return [args[3]].flat().some((t) => isTensorSpec(t) && t.values.some((v) => Number(v) > 2 ** 20));
  return false;
}

/** The call as a line of a program, with short tensors written out. */
export function written({ op, args }: Call): string {
  const list = args.map(text);
  while (list.at(-1) === 'undefined') list.pop();
  return `tf.${op}(${list.join(', ')})`;
}

function text(arg: Arg): string {
  if (isTensorSpec(arg)) {
    const { shape, dtype, values } = arg;
    const shown = values.length > 24 ? `${values.slice(0, 24).map(text).join(', ')}, … ` : values.map(text).join(', ');
    const kind = dtype === 'float32' ? '' : `, '${dtype}'`;
    return dtype === 'complex64' ? `complex64 [${shape}] of (${shown})` : `tf.tensor([${shown}], [${shape}]${kind})`;
  }
  if (Array.isArray(arg)) return `[${arg.map(text).join(', ')}]`;
  if (typeof arg === 'object' && arg !== null)
    return `{ ${Object.entries(arg)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => `${k}: ${text(v)}`)
      .join(', ')} }`;
  return typeof arg === 'string' ? JSON.stringify(arg) : Object.is(arg, -0) ? '-0' : String(arg);
}
