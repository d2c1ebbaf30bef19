// The payload of filters of convolutions and of feature maps.
import type { PayloadFormat } from './payload.ts';

/** Head: {@link FiltersHeader}. Body: float32 numbers, to which each `at` points, counted from the first. */
export const FILTERS_FORMAT: PayloadFormat = { what: 'a payload of filters', magic: 'DLNF', version: 1 };

/** Head of a payload of `FILTERS`, version 1. */
export interface FiltersHeader {
  title: string;
  /** What is shown at first. */
  view: 'filters' | 'maps';
  /** Labels of the recorded states that are held, oldest first. If nothing was recorded, one empty label. */
  snapshots: string[];
  /** How many states were recorded, if not all are held. */
  recorded?: number;
  /** How many examples are held of the `given` ones; absent if there is no input. */
  examples?: { held: number; given: number };
  /** Each stage comes after the stage of its input. */
  stages: FilterStage[];
  /** Names of stages whose filters or maps did not fit at all. */
  omitted?: string[];
}

/** The model's input, or a step of its computation: a layer, or one of the two convolutions of a separable layer. */
export interface FilterStage {
  name: string;
  /** Class of the layer; `input` for the model's input, `kernel` for a tensor. */
  type: string;
  /** Index of the stage whose maps are its input, if there is one. */
  from?: number;
  kernel?: FilterKernel;
  maps?: FeatureMaps;
}

/** The filters of a convolution. Those of a 1-D convolution have height 1. */
export interface FilterKernel {
  /** `transpose`: input values are spread, so an output value gathers from the inputs that reach it. */
  op: 'conv' | 'depthwise' | 'transpose';
  /** Shape of one filter. A filter of a depthwise convolution has one channel. */
  shape: [height: number, width: number, channels: number];
  /** How many filters there are. */
  filters: number;
  /** How many are held, from the first. */
  held: number;
  stride: [number, number];
  dilation: [number, number];
  /** Zero rows above and zero columns left of the input. */
  pad: [number, number];
  /** The layer's setting, `same` or `valid`; absent for a tensor. */
  padding?: string;
  activation: string;
  /** Weights: [snapshots, held, height, width, channels]. */
  at: number;
  /** Biases: [snapshots, held]; absent if the layer has none. */
  bias?: number;
  /**
   * Present if not all filters are held. For each of the first `filters`: the L2 norm over all weights, then mean and
   * root mean square over the channels at each place: [snapshots, filters, 1 + 2 × height × width].
   */
  overview?: { at: number; filters: number };
}

/** The output of a stage for the given input. Maps of a 1-D convolution have height 1. */
export interface FeatureMaps {
  /** Shape of the whole. */
  shape: [height: number, width: number, channels: number];
  /** Every `step`-th row and column is held, from the first. */
  step: number;
  /** How many channels are held, from the first. */
  held: number;
  /** The held values: [snapshots, examples, rows, columns, channels]. */
  at: number;
  /**
   * The largest value of each channel over all places of all given examples: [snapshots, channels]. NaN if any of
   * these values is NaN.
   */
  peaks: number;
}
