// The payload of tensors and typed arrays, and the messages by which a renderer asks for more of them.
import type { PayloadFormat } from './payload.ts';

/**
 * Head: {@link TensorHeader}. Body: the values that `axes` name, in row-major order. float16 is widened to float32.
 * Texts: first the length of each in bytes (4 bytes each), then their UTF-8.
 */
export const TENSOR_FORMAT: PayloadFormat = { what: 'a tensor', magic: 'DLNT', version: 1 };

/** Types of values. `complex64` is a pair of float32, `bool` a byte that is 0 or 1. */
export type TensorDtype =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'string';

/** The indices of one axis that are held: `start`, `start + step`, …, `count` of them. */
export interface AxisRange {
  start: number;
  step: number;
  count: number;
}

/** How many elements a tensor has: 1 for a scalar. A side that is not fixed (`null`) counts as 1. */
export const sizeOf = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((size, side) => size * (side ?? 1), 1);

/** How many elements a part of a tensor has. */
export const sizeOfPart = (axes: readonly AxisRange[]): number => axes.reduce((size, { count }) => size * count, 1);

/**
 * Facts about all values, including those that the payload leaves out. For complex values these are the statistics of
 * the magnitudes. `min`, `max`, `mean`, `std` and `histogram` are over the finite values, and absent if there are none.
 */
export interface TensorStatistics {
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
  zeros: number;
  min?: number;
  max?: number;
  mean?: number;
  /** Population standard deviation: the root of the mean squared deviation. */
  std?: number;
  /** Number of values in each of the equally wide bins from `min` to `max`; one bin if these are equal. */
  histogram?: number[];
}

/** Head of a payload of `TENSOR`, version 1. */
export interface TensorHeader {
  /** A tensor of TensorFlow.js, or a typed array of JavaScript. */
  kind: 'tensor' | 'array';
  dtype: TensorDtype;
  /** Shape of the whole, also if the payload holds a part of it. */
  shape: number[];
  /** Bytes of the whole in memory. */
  bytes: number;
  /** Where the tensor is, for example `cpu`. */
  device?: string;
  /** The part that is held, axis by axis. */
  axes: AxisRange[];
  /** Texts longer than the payload holds are cut. */
  textsCut?: boolean;
  /**
   * Names the values to the kernel that has them, if the payload does not hold all: a checksum of all values, the same
   * in every run.
   */
  source?: string;
  /** Absent for texts, and in a part that the kernel was asked for. */
  statistics?: TensorStatistics;
}

/** The tensor renderer asks for a part of a tensor that its output does not hold. */
export interface SliceRequest {
  type: 'slice';
  /** Counts the requests of one renderer. */
  request: number;
  source: string;
  axes: AxisRange[];
}

/** The tensor renderer asks for the whole tensor as a `.npy` file; the reader chooses the place. */
export interface SaveRequest {
  type: 'save';
  source: string;
}

/**
 * The answer to a {@link SliceRequest}: a payload of `TENSOR` with that part (thinned out if it is too large), or the
 * reason why there is none, in one sentence.
 */
export type SliceAnswer = { type: 'sliced'; request: number } & ({ base64: string } | { reason: string });
