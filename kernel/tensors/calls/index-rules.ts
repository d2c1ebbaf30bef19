// Ops that would pass over an index that points nowhere, as if there were nothing: the element is missing in the result.
// On the device `cpu` such an index is an error. On others, reading it would wait for all that is being computed.
import * as tf from '@tensorflow/tfjs-core';
import { isTensor } from '../engine/is-tensor.ts';
import type { Rule } from './rules.ts';

/** Whole numbers that are at hand; undefined if they are not, or if `x` is something else. */
function integersOf(x: unknown): ArrayLike<number> | undefined {
  if (isTensor(x))
    return tf.getBackend() === 'cpu' && !x.isDisposed && x.dtype === 'int32' ? (x.dataSync() as Int32Array) : undefined;
  return Array.isArray(x) && x.every((n) => typeof n === 'number') ? x : undefined;
}

/** @param from the least that may stand there; less is passed over on purpose if it is undefined */
function outside(name: string, indices: unknown, from: number | undefined, below: number): string | undefined {
  const list = integersOf(indices);
  for (let i = 0; list && i < list.length; i++) {
    const index = list[i]!;
    if (index < below && (from === undefined || index >= from)) continue;
    return `${name}[${i}] is ${index}, and must be ${from === undefined ? '' : `${from} at least and `}${below - 1} at most`;
  }
  return undefined;
}

/** By the name of the op. */
export const indexRules: Readonly<Record<string, Rule>> = {
  // As in TensorFlow, segments below 0 are left out on purpose
  unsortedSegmentSum: (_x, segmentIds, numSegments) =>
    outside('segmentIds', segmentIds, undefined, numSegments as number),
  'math.confusionMatrix': (labels, predictions, numClasses) =>
    outside('labels', labels, 0, numClasses as number) ?? outside('predictions', predictions, 0, numClasses as number),
  'image.cropAndResize': (image, _boxes, boxInd) =>
    isTensor(image) ? outside('boxInd', boxInd, 0, image.shape[0]!) : undefined,
};
