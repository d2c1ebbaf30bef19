// Filters and feature maps at one moment, cut to what an output can hold.
import type { Tensor } from '@tensorflow/tfjs-core';
import { numbersOf, overviewOf, padOf, weightsOf, type Convolution, type KernelFacts } from './convolution.ts';
import { costOf, fit, type Part, type StagePart, type StageSize } from './fit.ts';
import type { Step } from './forward.ts';

export interface CapturedKernel extends KernelFacts {
  pad: [number, number];
  held: number;
  /** Weights: [held, height, width, channels]. */
  weights: Float32Array;
  biases?: Float32Array;
  /** Absent if all filters are held. */
  overview?: Float32Array;
  overviews: number;
}

export interface CapturedMaps {
  shape: [height: number, width: number, channels: number];
  step: number;
  held: number;
  /** The held values: [examples, rows, columns, channels]. */
  values: Float32Array;
  peaks: Float32Array;
}

export interface CapturedStage {
  name: string;
  type: string;
  from?: number;
  kernel?: CapturedKernel;
  maps?: CapturedMaps;
  /** Whether its filters or its maps did not fit at all. */
  unfit?: true;
}

export interface Capture {
  stages: CapturedStage[];
  /** Number of held and of given examples; both 0 without an input. */
  examples: number;
  given: number;
}

/**
 * Reads the numbers of all steps, at most `room` of them.
 * @param given number of examples of the input; 0 without an input
 * @throws Unread if the values must be awaited
 */
export function capture(steps: readonly Step[], given: number, room: number): Capture {
  const part = fit(steps.map(stepSize), given, room);
  const stages = steps.map((step, i): CapturedStage => {
    const { name, type, from, convolution, output } = step;
    const { kernel, maps } = part.stages[i]!;
    const stage: CapturedStage = { name, type };
    if (from !== undefined) stage.from = from;
    if (convolution && kernel) {
      const input = from === undefined ? undefined : steps[from]!.output;
      stage.kernel = captureKernel(convolution, kernel, input, output);
    }
    if (output && maps) stage.maps = captureMaps(output, maps, part.examples);
    if ((convolution && !kernel) || (output && !maps)) stage.unfit = true;
    return stage;
  });
  return { stages, examples: part.examples, given };
}

/** How many numbers a capture holds. */
export const captureSize = ({ stages, examples }: Capture): number => costOf(stages.map(heldSize), examples);

/** The same capture, reduced to at most `room` numbers. */
export function reduced(from: Capture, room: number): Capture {
  const part = fit(from.stages.map(heldSize), from.examples, room);
  return { ...from, examples: part.examples, stages: from.stages.map((s, i) => reducedStage(s, part, i)) };
}

function stepSize({ convolution, output }: Step): StageSize {
  const size: StageSize = {};
  if (convolution) {
    const { filters } = convolution;
    size.kernel = kernelSize(convolution, filters, filters, convolution.biases !== undefined, false);
  }
  if (output) {
    const [rows, columns, channels] = mapsShape(output);
    size.maps = { rows, columns, channels, peaks: channels };
  }
  return size;
}

function heldSize({ kernel, maps }: CapturedStage): StageSize {
  const size: StageSize = {};
  if (kernel) {
    const partial = kernel.held < kernel.filters;
    const overviews = partial ? kernel.overviews : kernel.filters;
    size.kernel = kernelSize(kernel, kernel.held, overviews, kernel.biases !== undefined, partial);
  }
  if (maps) {
    const { shape, step, held } = maps;
    const [rows, columns] = [Math.ceil(shape[0] / step), Math.ceil(shape[1] / step)];
    size.maps = { rows, columns, channels: held, peaks: shape[2] };
  }
  return size;
}

function kernelSize(
  { shape: [height, width, channels] }: KernelFacts,
  filters: number,
  overviews: number,
  biases: boolean,
  partial: boolean,
): StageSize['kernel'] {
  const places = height * width;
  return { filters, overviews, partial, each: places * channels + (biases ? 1 : 0), overview: 1 + 2 * places };
}

function captureKernel(
  convolution: Convolution,
  { held, overviews }: NonNullable<StagePart['kernel']>,
  input: Tensor | undefined,
  output: Tensor | undefined,
): CapturedKernel {
  const { weights: _, biases, ...facts } = convolution;
  const weights = weightsOf(convolution, Math.max(held, overviews));
  const each = facts.shape[0] * facts.shape[1] * facts.shape[2];
  const side = (t: Tensor): [number, number] => [mapsShape(t)[0], mapsShape(t)[1]];
  return {
    ...facts,
    pad: input && output ? padOf(facts, side(input), side(output)) : [0, 0],
    held,
    weights: weights.slice(0, held * each),
    ...(biases ? { biases: Float32Array.from(numbersOf(biases).subarray(0, held)) } : {}),
    ...(overviews > 0 ? { overview: overviewOf(weights.subarray(0, overviews * each), facts.shape) } : {}),
    overviews,
  };
}

/** [height, width, channels], with height 1 in 1-D. */
const mapsShape = ({ shape }: Tensor): [number, number, number] =>
  shape.length === 3 ? [1, shape[1]!, shape[2]!] : [shape[1]!, shape[2]!, shape[3]!];

function captureMaps(output: Tensor, { step, held }: NonNullable<StagePart['maps']>, examples: number): CapturedMaps {
  const shape = mapsShape(output);
  const data = numbersOf(output);
  return { shape, step, held, values: gather(data, shape, step, held, examples), peaks: peaksOf(data, shape[2]) };
}

/** Every `step`-th row and column and the first channels of [examples, height, width, channels]. */
function gather(
  data: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  step: number,
  held: number,
  examples: number,
): Float32Array {
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const found = new Float32Array(examples * rows * columns * held);
  let at = 0;
  for (let e = 0; e < examples; e++)
    for (let y = 0; y < height; y += step)
      for (let x = 0; x < width; x += step) {
        const from = ((e * height + y) * width + x) * channels;
        for (let c = 0; c < held; c++) found[at++] = data[from + c]!;
      }
  return found;
}

/** The largest value of each channel; NaN if any of its values is NaN. */
function peaksOf(data: ArrayLike<number>, channels: number): Float32Array {
  const peaks = new Float32Array(channels).fill(-Infinity);
  for (let i = 0; i < data.length; i += channels)
    for (let c = 0; c < channels; c++) peaks[c] = Math.max(peaks[c]!, data[i + c]!);
  return peaks;
}

function reducedStage(stage: CapturedStage, part: Part, i: number): CapturedStage {
  const { kernel, maps, ...rest } = stage;
  const parts = part.stages[i]!;
  const found: CapturedStage = rest;
  if (kernel && parts.kernel) {
    const { held, overviews } = parts.kernel;
    const [height, width, channels] = kernel.shape;
    const each = height * width * channels;
    const { overview: own, biases, ...facts } = kernel;
    found.kernel = { ...facts, held, overviews, weights: kernel.weights.subarray(0, held * each) };
    if (biases) found.kernel.biases = biases.subarray(0, held);
    if (overviews > 0) {
      const all = own ?? overviewOf(kernel.weights, kernel.shape);
      found.kernel.overview = all.subarray(0, overviews * (1 + 2 * height * width));
    }
  }
  if (maps && parts.maps) {
    const { shape, step } = maps;
    const have: [number, number, number] = [Math.ceil(shape[0] / step), Math.ceil(shape[1] / step), maps.held];
    const { held } = parts.maps;
    const values = gather(maps.values, have, parts.maps.step, held, part.examples);
    found.maps = { ...maps, step: step * parts.maps.step, held, values };
  }
  if ((kernel && !parts.kernel) || (maps && !parts.maps)) found.unfit = true;
  return found;
}
