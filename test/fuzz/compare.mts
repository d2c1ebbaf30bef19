// Whether what our library gave for a call is right, beside what stock TensorFlow.js gave: the same numbers, or an
// error where stock has one too. Where they differ on purpose is in `differences`.
import type { Call } from './calls.mts';
import type { Given, Outcome } from './child.mts';
import { byChance } from './ops.mts';
import { directionOf, slopeWeights, specsIn } from './gradients.mts';
import { isTensorSpec, sizeOf, type TensorSpec } from './values.mts';

export type Verdict =
  | { same: true }
  /** Differs on purpose: the reason. */
  | { same: true; reason: string }
  | { same: false; fault: string };

/** A class of calls for which the libraries differ on purpose. */
interface Difference {
  reason: string;
  holds: (call: Call, ours: Outcome, stock: Outcome) => boolean;
}

const numbersOf = (call: Call): number[] =>
  call.args.flatMap(specsIn).flatMap(({ dtype, values }) => (dtype !== 'string' ? (values as number[]) : []));

const isEmpty = (arg: unknown) =>
  isTensorSpec(arg) ? sizeOf(arg.shape) === 0 : Array.isArray(arg) && arg.length === 0;
const hasNaN = (call: Call) => numbersOf(call).some((v) => Number.isNaN(v));
const hasInfinity = (call: Call) => numbersOf(call).some((v) => v === Infinity || v === -Infinity);

const takes = ({ args }: Call, dtype: string) => args.flatMap(specsIn).some((t) => t.dtype === dtype);

/** Whether a tensor's shape is one, and its values fill it. */
const isWhole = ({ shape, values, dtype }: Given) =>
  shape.every((d) => Number.isSafeInteger(d) && d >= 0) &&
  values.length === sizeOf(shape) * (dtype === 'complex64' ? 2 : 1);

/** Ops that take complex64 here, and not in stock (docs/differences.md), and those made of them. */
const COMPLEX = new Set(
  (
    'add sub mul div neg square exp sum mean matMul dot outerProduct reshape expandDims squeeze slice slice1d slice2d ' +
    'slice3d slice4d stridedSlice split stack unstack concat concat1d concat2d concat3d concat4d gather transpose ' +
    'reverse reverse1d reverse2d reverse3d reverse4d tile broadcastTo cast image.flipLeftRight image.grayscaleToRGB ' +
    'linalg.gramSchmidt meshgrid booleanMaskAsync signal.frame'
  ).split(' '),
);

/** Whether a message says truly that a kernel or window is larger than the padded input. */
function isTooLarge(error: string): boolean {
  const m =
    /its \w+ is (\d+)(?: \((\d+) with dilation \d+\))?, that of the input (\d+)(?: \((\d+) with padding\))?/.exec(
      error,
    );
  return m !== null && Number(m[2] ?? m[1]) > Number(m[4] ?? m[3]);
}

/** Sizes along the axes of a window, and its strides, of an op of three dimensions. */
function stepsOf({ op, args }: Call): { window: number[]; strides: number[] } | undefined {
  const each = (v: unknown) => (typeof v === 'number' ? [v, v, v] : (v as number[]));
  const window = op.startsWith('conv3d') ? shapeOf(args[1])?.slice(0, 3) : each(args[1]);
  return Array.isArray(window) ? { window, strides: each(args[op === 'conv3dTranspose' ? 3 : 2]) } : undefined;
}

export const differences: readonly Difference[] = [
  {
    reason: 'an argument that the declarations do not allow is refused; stock takes it for something else',
    holds: ({ spoilt }, ours) =>
      spoilt &&
      /^TypeError: tf\.[\w.]+: .*(must be |must hold |there is no option |holds an axis twice|holds (true|false|null))|and (true|false) is not a whole number/.test(
        ours.error ?? '',
      ),
  },
  {
    reason: 'kernels, windows, strides and dilations are whole numbers above 0, as many as axes',
    holds: ({ spoilt }, ours) =>
      spoilt &&
      /must be \d+ whole numbers, 1 or more|must be \d+ at most|and kernel of rank \d are wanted|must be a whole number, 0 or more/.test(
        ours.error ?? '',
      ),
  },
  {
    reason: 'a kernel or window that is larger than the input is refused; stock gives an empty tensor',
    holds: (_, ours) => isTooLarge(ours.error ?? ''),
  },
  {
    reason: 'windows with nothing but padding in them are refused; stock gives infinity or NaN',
    holds: ({ args }, ours) => /leaves windows of \w+ \d+ with nothing in them/.test(ours.error ?? '') && args[3] !== 0,
  },
  {
    reason: 'a transposed convolution to a shape that does not follow from the input is refused',
    holds: ({ op, spoilt }, ours) =>
      spoilt && /^conv[23]dTranspose$/.test(op) && /the output shape \[.*\] takes an input \[/.test(ours.error ?? ''),
  },
  {
    reason: 'lists that are not rectangular, or hold objects, are refused; stock shifts their numbers',
    holds: ({ op, spoilt }, ours) =>
      spoilt &&
      /^tensor/.test(op) &&
      /lists beside each other are equally long|A number is wanted/.test(ours.error ?? ''),
  },
  {
    reason: 'null, undefined, texts and objects among numbers are refused; stock takes them for NaN or 0',
    holds: ({ spoilt }, ours) => spoilt && /A (number|list of \d+ elements?) is wanted/.test(ours.error ?? ''),
  },
  {
    reason: 'booleans and numbers in one list are numbers; in stock what the first is',
    holds: ({ op, spoilt }, ours, stock) =>
      spoilt &&
      /^tensor\d?d?$/.test(op) &&
      ours.tensors?.[0]?.dtype === 'float32' &&
      stock.tensors?.[0]?.dtype === 'bool',
  },
  {
    reason: 'padding is part of no dilated window of pool; stock leaves numbers out, and takes zeros for same',
    holds: ({ op, args }) =>
      op === 'pool' && [args[4]].flat().some((d) => Number(d) > 1) && args[3] !== 'valid' && args[3] !== 0,
  },
  {
    reason: 'a window of one sample is 1; in stock NaN',
    holds: ({ op, args }) =>
      (/^signal\.ha(mm|n).*Window$/.test(op) && args[0] === 1) || (op === 'signal.stft' && args[1] === 1),
  },
  {
    reason: 'NaN and infinity meet the zeros of padding in convolutions',
    holds: (call, ours, stock) =>
      /conv|pool/i.test(call.op) &&
      numbersOf(call).some((v) => !(Math.abs(v) < 1e30)) &&
      pairsAgree(ours, stock, (a) => !Number.isFinite(a)),
  },
  {
    reason: 'sums and products that go over the largest number on their way, depending on their order',
    holds: ({ op }, ours, stock) =>
      /^(prod|cumprod|moments|matMul|dot|einsum|batchNorm\dd|batchNorm|norm|euclideanNorm)$/.test(op) &&
      sameBut(ours, stock, (v) => !(Math.abs(v) < 1e30)),
  },
  {
    reason: 'of an empty tensor any slice is empty, where stock fails',
    holds: ({ op }, ours, stock) =>
      /^(stridedS|s)lice/.test(op) &&
      ours.tensors?.every((t) => isWhole(t) && t.values.length === 0) === true &&
      /must match the product of shape/.test(stock.error ?? ''),
  },
  {
    reason: 'pixels that are more or fewer than width times height are refused',
    holds: ({ op, spoilt }, ours) => spoilt && op === 'browser.fromPixels' && /but data has/.test(ours.error ?? ''),
  },
  {
    reason: 'the largest or smallest of no numbers is an error; stock gives NaN, 0 or place 0',
    holds: ({ op }, ours) =>
      /^(max|min|argMax|argMin)$/.test(op) && /of no numbers none is the largest or smallest/.test(ours.error ?? ''),
  },
  {
    reason: 'slices that begin below 0 are refused; stock reads beside the rows',
    holds: ({ op }, ours) => /^slice/.test(op) && /negative begin indexing/.test(ours.error ?? ''),
  },
  {
    reason: 'batchToSpaceND refuses to crop more than there is',
    holds: ({ op, spoilt }, ours) =>
      spoilt && op === 'batchToSpaceND' && /but axis \d+ has \d+ elements then/.test(ours.error ?? ''),
  },
  {
    reason: 'stock gives a tensor of an impossible shape, or whose values do not fill its shape',
    holds: (_, ours, stock) =>
      stock.tensors?.some((t) => !isWhole(t)) === true && (ours.tensors?.every(isWhole) ?? ours.internal === false),
  },
  {
    reason:
      'padding that is the same in three dimensions is never negative; stock cuts data off where the kernel is smaller than the stride',
    holds: (call, ours, stock) => {
      if (!/^(conv3d|conv3dTranspose|maxPool3d|avgPool3d)$/.test(call.op) || !call.args.slice(3, 5).includes('same'))
        return false;
      const steps = stepsOf(call);
      return (
        steps?.window.some((k, i) => k < steps.strides[i]!) === true &&
        String(ours.tensors?.[0]?.shape) === String(stock.tensors?.[0]?.shape)
      );
    },
  },
  {
    reason: 'irfft keeps all axes but the last; stock makes a matrix of them',
    holds: ({ op, args }, ours, stock) => {
      const shape = shapeOf(args[0]);
      const last = ours.tensors?.[0]?.shape.at(-1);
      if (!/irfft$/.test(op) || !shape || String(ours.tensors?.[0]?.shape) !== String([...shape.slice(0, -1), last]))
        return false;
      const flat = ({ tensors = [] }: Outcome) => ({
        tensors: tensors.map((t) => ({ ...t, shape: [t.values.length] })),
      });
      return stock.tensors?.[0]?.shape.at(-1) === last && sameBut(flat(ours), flat(stock), () => false);
    },
  },
  {
    reason: 'complex64 is taken by further ops; stock lacks it, or gives NaN or the real part',
    holds: (call, ours, stock) =>
      COMPLEX.has(call.op) &&
      takes(call, 'complex64') &&
      ours.tensors?.every(isWhole) === true &&
      (stock.error !== undefined ||
        stock.tensors!.some((t) => t.dtype !== 'complex64' || t.values.some((v) => Number.isNaN(v)))),
  },
  {
    reason: 'moves take texts, too',
    holds: ({ op }, ours, stock) =>
      /^(gather|reverse(\dd)?|transpose)$/.test(op) &&
      ours.tensors?.[0]?.dtype === 'string' &&
      /must be numeric tensor, but got string/.test(stock.error ?? ''),
  },
  {
    reason: 'int32 is cast where a square root is taken inside',
    holds: ({ op }, ours, stock) =>
      /^(norm|euclideanNorm|linalg\.(qr|gramSchmidt))$/.test(op) &&
      ours.tensors !== undefined &&
      /passed to 'sqrt' must be float32 tensor, but got int32/.test(stock.error ?? ''),
  },
  {
    reason: 'softmax and logSoftmax along any axis',
    holds: ({ op }, ours, stock) =>
      /^(softmax|logSoftmax)$/.test(op) &&
      ours.tensors?.every(isWhole) === true &&
      /along a non-last dimension is not yet supported/.test(stock.error ?? ''),
  },
  {
    reason: 'the norm along no axis is the absolute value',
    holds: ({ op, args }, ours, stock) =>
      op === 'euclideanNorm' &&
      Array.isArray(args[1]) &&
      args[1].length === 0 &&
      stock.error !== undefined &&
      ours.tensors?.[0]?.values.every((v, i) => close(v, Math.abs((args[0] as TensorSpec).values[i] as number), 0)) ===
        true,
  },
  {
    reason: 'losses whose weights are all 0, or that have no elements, are 0; in stock NaN',
    holds: ({ op }, ours, stock) =>
      op.startsWith('losses.') && pairsAgree(ours, stock, (a, b) => a === 0 && Number.isNaN(b)),
  },
  {
    reason: 'logSumExp of nothing or of −∞ is −∞, with ∞ it is ∞; in stock NaN',
    holds: (call, ours, stock) =>
      call.op === 'logSumExp' &&
      (isEmpty(call.args[0]) || hasInfinity(call)) &&
      pairsAgree(ours, stock, (a, b) => Math.abs(a) === Infinity && Number.isNaN(b)),
  },
  {
    reason: 'the mean of nothing is NaN; in stock 0',
    holds: ({ op, args }, ours, stock) =>
      /^(mean|moments)$/.test(op) && isEmpty(args[0]) && pairsAgree(ours, stock, (a, b) => Number.isNaN(a) && b === 0),
  },
  {
    reason: 'argMax and argMin give the first NaN, topk puts NaN first; stock passes over it',
    holds: (call, ours, stock) =>
      /^(argMax|argMin|topk)$/.test(call.op) &&
      hasNaN(call) &&
      String(ours.tensors?.map((t) => t.shape)) === String(stock.tensors?.map((t) => t.shape)),
  },
  {
    reason: 'topk that is not sorted gives the largest in any order',
    holds: ({ op, args }, ours, stock) => {
      if (op !== 'topk' || args[2] === undefined || args[2] === true || !ours.tensors || !stock.tensors) return false;
      const [a, b] = [ours, stock].map(({ tensors }) => [...(tensors![0]!.values as Float32Array)]);
      const k = ours.tensors[0]!.shape.at(-1)!;
      const rows = (v: number[]) =>
        Array.from({ length: v.length / k }, (_, i) => String(v.slice(i * k, i * k + k).sort((x, y) => x - y)));
      return String(rows(a!)) === String(rows(b!));
    },
  },
  {
    reason:
      'integers above 2^24 are rounded where they meet float32; stock keeps them, and quotients beyond int32 wrap',
    holds: (call, ours) =>
      /^(mod|floorDiv|pow)$/.test(call.op) &&
      ours.tensors !== undefined &&
      takes(call, 'int32') &&
      takes(call, 'float32') &&
      numbersOf(call).some((v) => Math.abs(v) > 2 ** 24),
  },
  {
    reason: 'stock transforms the first image of several alone',
    holds: ({ op, args }, ours, stock) =>
      op === 'image.transform' &&
      shapeOf(args[0])?.[0] !== 1 &&
      String(ours.tensors?.[0]?.shape) === String(stock.tensors?.[0]?.shape),
  },
  {
    reason: 'int32 images are flipped, rotated and transformed; stock refuses them',
    holds: (call, ours, stock) =>
      /^image\.(flipLeftRight|rotateWithOffset|transform)$/.test(call.op) &&
      takes(call, 'int32') &&
      ours.tensors?.[0]?.dtype === 'int32' &&
      /must be float32 tensor/.test(stock.error ?? ''),
  },
  {
    reason: 'a box of an image that there is not is refused; stock gives zeros or NaN',
    holds: ({ op, spoilt }, ours) =>
      spoilt && op === 'image.cropAndResize' && /boxInd\[\d+\] is -?\d+, and there are/.test(ours.error ?? ''),
  },
  {
    reason: 'evenly spaced numbers have no rounding errors that add up; stock adds step after step',
    holds: ({ op }, ours, stock) =>
      /^(range|linspace)$/.test(op) &&
      ours.tensors?.[0]?.dtype === 'float32' &&
      String(ours.tensors[0].shape) === String(stock.tensors?.[0]?.shape),
  },
  {
    reason: 'depthToSpace takes the channels first too',
    holds: ({ op }, ours, stock) =>
      op === 'depthToSpace' && ours.tensors?.[0] !== undefined && /Only NHWC/.test(stock.error ?? ''),
  },
  {
    reason: 'windows of maxPoolWithArgmax without a number above −∞ have their first place; stock says −1',
    holds: (call, ours, stock) =>
      call.op === 'maxPoolWithArgmax' &&
      (hasNaN(call) || hasInfinity(call)) &&
      pairsAgree(ours, stock, (_, b) => b === -1),
  },
  {
    reason: 'a Fourier transform of NaN or infinity: which elements become either depends on the order of the sums',
    holds: (call, ours, stock) =>
      /r?fft$|stft$/.test(call.op) &&
      (hasNaN(call) || hasInfinity(call)) &&
      String(ours.tensors?.[0]?.shape) === String(stock.tensors?.[0]?.shape),
  },
  {
    reason:
      'an axis that is picked is so whatever its mask and step say, as in TensorFlow; stock begins it at 0, or fails',
    holds: ({ op, args }, ours) =>
      op === 'stridedSlice' &&
      Number(args[8] ?? 0) !== 0 &&
      (Number(args[4]) !== 0 || (args[3] as number[]).some((step) => step !== 1)) &&
      ours.tensors?.every(isWhole) === true,
  },
  {
    reason: 'a slice that ends before it begins is empty; stock fails behind an ellipsis',
    holds: ({ op }, ours, stock) =>
      op === 'stridedSlice' &&
      ours.tensors?.every((t) => isWhole(t) && t.values.length === 0) === true &&
      /Negative size values should be exactly -1/.test(stock.error ?? ''),
  },
  {
    reason: 'of equal elements topk gives the first, as TensorFlow; stock now and then another',
    holds: ({ op, args }, ours, stock) => {
      if (op !== 'topk' || !ours.tensors || !stock.tensors || !isTensorSpec(args[0])) return false;
      const { values, shape } = args[0];
      const [[a, at], [b, instead]] = [ours.tensors, stock.tensors] as [[Given, Given], [Given, Given]];
      const k = a.shape.at(-1)!;
      const element = (i: number, t: Given) => values[Math.floor(i / k) * shape.at(-1)! + Number(t.values[i])];
      return (
        sameBut({ tensors: [a] }, { tensors: [b] }, () => false) &&
        [...at.values].every((_, i) => element(i, at) === element(i, instead))
      );
    },
  },
  {
    reason: 'numbers that int32 cannot hold are refused; stock gives others',
    holds: ({ spoilt }, ours) => spoilt && /which int32 cannot hold/.test(ours.error ?? ''),
  },
  {
    reason: 'a row split beyond the values is refused; stock fills the rows up',
    holds: ({ op, spoilt }, ours) =>
      spoilt && op === 'raggedTensorToTensor' && /row split -?\d+ is outside of/.test(ours.error ?? ''),
  },
  {
    reason: 'moments of numbers near the largest cancel to within the largest',
    holds: (call, ours, stock) => {
      const sizes = numbersOf(call).map(Math.abs);
      const largest = Math.max(0, ...sizes.filter((v) => v < Infinity));
      return (
        call.op === 'moments' &&
        largest >= 1e30 &&
        pairsAgree(ours, stock, (a, b) => !(Math.abs(a - b) > 1e-6 * largest))
      );
    },
  },
  {
    reason: 'stock permutes the shape of cumsum and cumprod twice where the axis is not the last one counted from 0',
    holds: ({ op, args }, ours, stock) =>
      /^cum(sum|prod)$/.test(op) &&
      String(ours.tensors?.[0]?.shape) === String(shapeOf(args[0])) &&
      String(stock.tensors?.[0]?.shape) !== String(shapeOf(args[0])),
  },
  {
    reason: 'int32 wraps exactly; stock rounds products of integers to double first',
    holds: ({ op, args }, ours) =>
      /^(square|mul|prod|cumprod|pow|squaredDifference)$/.test(op) &&
      ours.tensors?.[0]?.dtype === 'int32' &&
      numbersOf({ op, args, spoilt: false }).some((v) => Math.abs(v) > 2 ** 15),
  },
  {
    reason: 'einsum refuses operands whose rank is not that of the equation; stock broadcasts them',
    holds: ({ op }, ours) => op === 'einsum' && /names \d+ axes of a tensor/.test(ours.error ?? ''),
  },
  {
    reason: 'einsum takes complex64 to transpose, which stock cannot, and gives float32 for float32 and bool',
    holds: ({ op }, ours, stock) =>
      op === 'einsum' && (/complex64/.test(stock.error ?? '') || ours.tensors?.[0]?.dtype === 'float32'),
  },
  {
    reason: 'unsortedSegmentSum leaves NaN and infinity in their segment; stock multiplies them by 0 for the others',
    holds: (call, ours, stock) =>
      call.op === 'unsortedSegmentSum' &&
      numbersOf(call).some((v) => !Number.isFinite(v)) &&
      ours.tensors !== undefined &&
      stock.tensors !== undefined,
  },
  {
    reason: 'denseBincount of one row says whether a value occurs, as for several; stock counts there',
    holds: ({ op, args }, ours) =>
      op === 'denseBincount' &&
      args[3] === true &&
      shapeOf(args[0])?.length === 1 &&
      ours.tensors?.[0]?.values.every((v) => v === 0 || v === 1) === true,
  },
  {
    reason: 'sums and products of numbers near the largest go over it, depending on their order',
    holds: (call, ours, stock) =>
      numbersOf(call).some((v) => Math.abs(v) >= 1e30) && sameBut(ours, stock, (v) => !(Math.abs(v) < 1e30)),
  },
];

/** Whether results agree in all but elements of which `differ` holds. */
function pairsAgree(
  { tensors: a }: Outcome,
  { tensors: b }: Outcome,
  differ: (a: number, b: number) => boolean,
): boolean {
  if (a?.length !== b?.length || !a || !b) return false;
  return a.every(({ shape, dtype, values }, k) => {
    const other = b[k]!;
    if (dtype === 'string' || dtype !== other.dtype || String(shape) !== String(other.shape)) return false;
    return [...values].every((v, i) => {
      const pair = [v, other.values[i]!] as [number, number];
      return differ(...pair) || close(...pair, 0);
    });
  });
}

/** Whether results agree in all but elements that are `undecided` in one of them. */
const sameBut = (ours: Outcome, stock: Outcome, undecided: (v: number) => boolean): boolean =>
  pairsAgree(ours, stock, (a, b) => undecided(a) || undecided(b));

const shapeOf = (arg: unknown) => (isTensorSpec(arg) ? arg.shape : undefined);

/** Of calls that stock does not return from, or that end its process: what ours gives has nothing to be compared with. */
const STOCK_ENDED = 'not compared: the call does not end in stock, or ends its process';

export function compare(call: Call, ours: Outcome, stock: Outcome): Verdict {
  if (ours.overwritten) return { same: false, fault: `writes outside of its tensors: ${ours.overwritten.join('; ')}` };
  if (ours.ended) return { same: false, fault: ours.error! };
  if (ours.error?.startsWith('RuntimeError')) return { same: false, fault: `a trap in WebAssembly: ${ours.error}` };
  if (stock.ended && ours.error === undefined) return { same: true, reason: STOCK_ENDED };
  const fault = faultOf(call, ours, stock);
  if (fault === undefined) return { same: true };
  const known = differences.find((d) => d.holds(call, ours, stock));
  return known ? { same: true, reason: known.reason } : { same: false, fault };
}

function faultOf(call: Call, ours: Outcome, stock: Outcome): string | undefined {
  if (ours.error !== undefined && stock.error !== undefined) return undefined;
  if (ours.error !== undefined) return `throws "${ours.error}"; stock gives ${short(stock)}`;
  if (stock.error !== undefined) return `gives ${short(ours)}; stock throws "${stock.error}"`;
  if (ours.other !== stock.other) return `gives ${ours.other}, not ${stock.other}`;
  const [a, b] = [ours.tensors ?? [], stock.tensors ?? []];
  if (a.length !== b.length) return `gives ${a.length} tensors, not ${b.length}`;
  for (let i = 0; i < a.length; i++) {
    const which = a.length > 1 ? `tensor ${i}: ` : '';
    const fault = differs(a[i]!, b[i]!, byChance.has(call.op));
    if (fault !== undefined) return which + fault;
  }
  return undefined;
}

export function differs(ours: Given, stock: Given, shapeOnly: boolean): string | undefined {
  if (ours.dtype !== stock.dtype) return `type ${ours.dtype}, not ${stock.dtype}`;
  if (String(ours.shape) !== String(stock.shape)) return `shape [${ours.shape}], not [${stock.shape}]`;
  if (ours.values.length !== stock.values.length)
    return `${ours.values.length} values in shape [${ours.shape}], not ${stock.values.length}`;
  if (shapeOnly) return undefined;
  let largest = 0;
  for (const v of stock.values) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v as number));
  for (let i = 0; i < stock.values.length; i++) {
    const [a, b] = [ours.values[i]!, stock.values[i]!];
    if (!close(a, b, largest)) return `element ${i} of [${ours.shape}] is ${a}, not ${b}`;
  }
  return undefined;
}

/** @param largest the largest size of the tensor's finite numbers: sums of such cancel to within its precision */
function close(a: number | string, b: number | string, largest: number): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= 2e-5 * Math.abs(b) + 1e-6 * largest + 1e-6;
}

function short({ tensors, other }: Outcome): string {
  if (!tensors) return String(other);
  return tensors
    .slice(0, 3)
    .map(({ dtype, shape, values }) => {
      const list = Array.from(values as ArrayLike<unknown>).slice(0, 12);
      return `${dtype} [${shape}] ${list.join(',')}${values.length > 12 ? ',…' : ''}`;
    })
    .join(' and ');
}

/** How far from what stock gives for inputs a rounding error apart a right result may be, in their spread. */
const SPREADS = 16;

/** Whether results lie among those that stock gives for inputs a rounding error apart: no float32 can decide then. */
export function isUndecided(ours: readonly Given[], stock: readonly (readonly Given[])[]): boolean {
  return ours.every((a, k) => {
    const others = stock.map((list) => list[k]!);
    if (others.some((b) => b.dtype !== a.dtype || String(b.shape) !== String(a.shape)) || a.dtype === 'string')
      return false;
    return Array.from(a.values as Float32Array).every((v, i) => {
      const all = others.map((b) => b.values[i] as number);
      // Where stock itself goes over the largest number, or not, anything can be
      if (new Set(all.map((x) => (Number.isNaN(x) ? 'NaN' : Number.isFinite(x) ? '' : x))).size > 1) return true;
      if (close(v as number, all[0]!, 0)) return true;
      const [low, high] = [Math.min(...all), Math.max(...all)];
      return Math.abs(v - all[0]!) <= SPREADS * (high - low);
    });
  });
}

/** Whether gradients are the same, or stock has none to compare with where ours fail too. */
export function sameGradients(ours: Outcome, stock: Outcome): boolean {
  const [a, b] = [ours.gradients, stock.gradients];
  if (a === undefined || b === undefined) return true;
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' && typeof b === 'string';
  return a.length === b.length && a.every((g, i) => differs(g, b[i]!, false) === undefined);
}

/** Ops with a choice among elements, or with a kink at 0. */
const EXTREMA = /max|min|norm|topk|clip|relu|abs|hinge|huber|dilation|threshold/i;

/** Whether two numbers of an input are equal. */
const hasTies = ({ args }: Call, dtype = 'float32'): boolean =>
  args.flatMap(specsIn).some((t) => t.dtype === dtype && new Set(t.values).size < t.values.length);

/** Whether a number is in two inputs. The gradient of `maximum` goes to the first then, as in TensorFlow. */
function areTied({ args }: Call): boolean {
  const [a, b] = args.map((arg) => (isTensorSpec(arg) ? arg.values : [arg]));
  return a !== undefined && b !== undefined && a.some((v) => b.includes(v));
}

/** Whether there is a pole nearer to an input than differences reach. */
const isNearPole = ({ op, args: [, b] }: Call): boolean =>
  op === 'divNoNan' && isTensorSpec(b) && b.values.some((v) => Math.abs(Number(v)) < 0.1);

/**
 * Judges gradients that differ from stock's by differences of the function's values.
 * @param again what stock gives for the call itself, with slopes, and for inputs a rounding error apart
 */
export function judgeGradients(call: Call, ours: Outcome, again: readonly Outcome[]): Verdict {
  const [{ gradients: b, slopes, tensors } = {} as Outcome] = again;
  const a = ours.gradients!;
  const text = (g: Outcome['gradients']) => (typeof g === 'string' ? g : short({ tensors: g! }));
  const fault = `the gradient is ${text(a)}, not ${text(b)}; slopes ${slopes?.join(', ')}`;
  if (typeof a === 'string') return { same: false, fault };
  const lists = again.map(({ gradients }) => gradients);
  if (lists.every((l) => Array.isArray(l)) && isUndecided(a, lists as Given[][]))
    return { same: true, reason: 'gradients within what stock gives for inputs a rounding error apart' };
  if (EXTREMA.test(call.op) && (hasTies(call) || areTied(call)))
    return { same: true, reason: 'gradients at ties of an extremum' };
  if (call.op === 'tensorScatterUpdate' && hasTies(call, 'int32'))
    return { same: true, reason: 'gradients of updates at one place: each gets it, as in TensorFlow and PyTorch' };
  if (typeof b === 'string' && isNearPole(call))
    return { same: true, reason: 'gradients near a pole, where stock has none and differences cannot be taken' };
  if (!slopes) return { same: false, fault };
  let [slope, size] = [0, 0];
  a.forEach(({ values }, i) =>
    Array.from(values as Float32Array).forEach((g, j) => {
      slope += g * directionOf(i, j);
      size += Math.abs(g * directionOf(i, j));
    }),
  );
  const y = tensors![0]!.values as Float32Array;
  const weights = slopeWeights(y.length);
  const noise = y.reduce((s, v, i) => s + Math.abs(v * weights[i]!), 0) * 2 ** -23 * 2 ** 8;
  const near = (p: number, q: number) => Math.abs(p - q) <= 0.03 * (size + Math.abs(q)) + 4 * noise + 2e-3;
  if (near(slope, slopes[0]!)) return { same: true, reason: 'gradients that differ from stock agree with differences' };
  if (!near(slopes[0]!, slopes[1]!)) return { same: true, reason: 'gradients where the function has a kink' };
  return { same: false, fault: `${fault}; ours ${slope}` };
}
