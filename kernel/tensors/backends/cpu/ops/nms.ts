// Non-maximum suppression: boxes in the order of their scores, without those that overlap one before them. With a sigma
// (V5), TensorFlow.js's op kernel computes it.
import type * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { written } from './counting.ts';

/** A score's bits in their order and the box's number share a float64. */
const INDEX_BITS = 21;
const MOST_BOXES = 2 ** INDEX_BITS;

/** The boxes with scores above a threshold, the best first; of equal scores the first box. */
function ranked(scores: Float32Array, threshold: number): Float64Array {
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Float64Array(scores.length);
  let n = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i]! > threshold)) continue;
    // Negative numbers in descending order; −0 is 0
    const b = scores[i] === 0 ? 0 : bits[i]!;
    const order = b < 0 ? -1 - (b & 0x7fffffff) : b;
    keys[n++] = -order * MOST_BOXES + i;
  }
  return keys.subarray(0, n).sort();
}

/** [top, left, bottom, right, area] of each box; undefined if a number is not finite. */
function cornersOf(boxes: Float32Array): Float64Array | undefined {
  const corners = new Float64Array((boxes.length / 4) * 5);
  for (let from = 0, to = 0; from < boxes.length; from += 4, to += 5) {
    const [a, b, c, d] = [boxes[from]!, boxes[from + 1]!, boxes[from + 2]!, boxes[from + 3]!];
    if (!Number.isFinite(a + b + c + d)) return undefined;
    const [top, bottom] = a < c ? [a, c] : [c, a];
    const [left, right] = b < d ? [b, d] : [d, b];
    corners[to] = top;
    corners[to + 1] = left;
    corners[to + 2] = bottom;
    corners[to + 3] = right;
    corners[to + 4] = (bottom - top) * (right - left);
  }
  return corners;
}

/** Whether two boxes have at least so much of their union in common; boxes without an area have nothing. */
function overlap(corners: Float64Array, i: number, j: number, threshold: number): boolean {
  const [areaI, areaJ] = [corners[i + 4]!, corners[j + 4]!];
  if (areaI <= 0 || areaJ <= 0) return threshold <= 0;
  const height = Math.min(corners[i + 2]!, corners[j + 2]!) - Math.max(corners[i]!, corners[j]!);
  const width = Math.min(corners[i + 3]!, corners[j + 3]!) - Math.max(corners[i + 1]!, corners[j + 1]!);
  const common = height > 0 && width > 0 ? height * width : 0;
  return common / (areaI + areaJ - common) >= threshold;
}

/** The numbers of the boxes that stay; undefined for what TensorFlow.js's op kernel computes. */
function selected(
  backend: CpuBackend,
  { boxes, scores }: { boxes: tf.TensorInfo; scores: tf.TensorInfo },
  { maxOutputSize, iouThreshold, scoreThreshold }: tf.NonMaxSuppressionV3Attrs,
): number[] | undefined {
  if (boxes.dtype !== 'float32' || scores.dtype !== 'float32' || boxes.shape.length !== 2) return undefined;
  if (scores.shape[0]! > MOST_BOXES || boxes.shape[0] !== scores.shape[0]) return undefined;
  const corners = cornersOf(backend.data.get(boxes.dataId).values as Float32Array);
  if (!corners || Number.isNaN(iouThreshold) || Number.isNaN(scoreThreshold)) return undefined;
  const kept: number[] = [];
  for (const key of ranked(backend.data.get(scores.dataId).values as Float32Array, scoreThreshold)) {
    if (kept.length >= maxOutputSize) break;
    const box = ((key % MOST_BOXES) + MOST_BOXES) % MOST_BOXES;
    let isFree = true;
    for (let j = kept.length - 1; j >= 0 && isFree; j--)
      isFree = !overlap(corners, box * 5, kept[j]! * 5, iouThreshold);
    if (isFree) kept.push(box);
  }
  return kept;
}

const tensorOf = (backend: CpuBackend, boxes: number[]) =>
  written(backend, Int32Array.from(boxes), [boxes.length], 'int32');

const V3: OpKernel = ({ inputs, attrs, backend }) => {
  const kept = selected(backend, inputs as never, attrs as unknown as tf.NonMaxSuppressionV3Attrs);
  return kept && tensorOf(backend, kept);
};

/** With the number of boxes that stay; the others of `maxOutputSize` are 0 if wanted. */
const V4: OpKernel = ({ inputs, attrs, backend }) => {
  const { maxOutputSize, padToMaxOutputSize } = attrs as unknown as tf.NonMaxSuppressionV4Attrs;
  const kept = selected(backend, inputs as never, attrs as unknown as tf.NonMaxSuppressionV3Attrs);
  if (!kept) return undefined;
  const count = written(backend, Int32Array.of(kept.length), [], 'int32');
  while (padToMaxOutputSize && kept.length < maxOutputSize) kept.push(0);
  return [tensorOf(backend, kept), count];
};

export const suppression: Record<string, OpKernel> = { NonMaxSuppressionV3: V3, NonMaxSuppressionV4: V4 };
