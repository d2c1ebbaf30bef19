// viz.filters, viz.featureMaps and viz.recordFilters: the filters of convolutions, and what they give on an input.
import type * as tfTypes from '@tensorflow/tfjs-core';
import { DISPLAY, type Displayable } from '../../../wire/displayable.ts';
import type { FiltersHeader } from '../../../wire/filters.ts';
import { goOn } from '../../../outputs/tensor/read.ts';
import { checkOptions, type OptionNames } from '../../options.ts';
import { needLibrary, type LoadedLibrary } from '../../library.ts';
import { waiting } from '../pending.ts';
import type { Snapshot } from './encode.ts';
import { bundleOf, FilterRecording, take } from './recording.ts';
import { subjectOf } from './subject.ts';

export { FilterRecording } from './recording.ts';

export interface FiltersOptions {
  /** Stands over the layers; by default the name of the model or layer. */
  title?: string;
  /**
   * An input of the model, [height, width, channels] or a batch of them. With it, filters without an activation above 0 on it are flagged,
   * and a filter that is opened shows its response.
   */
  x?: tfTypes.Tensor;
}

export type FeatureMapsOptions = Omit<FiltersOptions, 'x'>;

const FILTERS_OPTIONS: OptionNames<FiltersOptions> = { title: true, x: true };
const FEATURE_MAPS_OPTIONS: OptionNames<FeatureMapsOptions> = { title: true };

/** Filters or feature maps that show themselves. They are as they were when they were made. */
export class FiltersFigure implements Displayable {
  constructor(private readonly bundle: Record<string, unknown>) {}

  [DISPLAY](): Record<string, unknown> {
    return this.bundle;
  }

  /** A line for each layer. */
  toString(): string {
    return this.bundle['text/plain'] as string;
  }
}

/** @param loaded gives TensorFlow.js, if a cell has imported it */
export function makeFilters(loaded: LoadedLibrary) {
  const figure = (where: string, view: FiltersHeader['view'], subject: unknown, x: unknown, title?: string) => {
    const tf = needLibrary(loaded, where);
    const found = subjectOf(tf, subject, x, where);
    const make = (snapshot: Snapshot) => {
      const recording = { title: String(title ?? found.title), view, snapshots: [snapshot], recorded: 1 };
      return new FiltersFigure(bundleOf(recording));
    };
    return waiting(where, () => goOn(take(tf, found, ''), make))();
  };
  return {
    /**
     * Draws the filters of convolutions: a tile for each, in colors for three input channels.
     * @param subject a model of tf.layers, of which every convolution layer is drawn; one such layer (conv1d, conv2d, depthwiseConv2d,
     *   separableConv2d, conv2dTranspose); or a kernel as a tensor, [height, width, in, out] or [width, in, out]
     * @throws TypeError where an argument is not what it should be; Error where there are no filters, or no weights yet
     * @example viz.filters(model)
     */
    filters(subject: object, options: FiltersOptions = {}): FiltersFigure {
      checkOptions('viz.filters', options, FILTERS_OPTIONS);
      return figure('viz.filters', 'filters', subject, options.x, options.title);
    },
    /**
     * Runs a model on an input and draws what its layers give: a tile for each channel. A map that is opened stands beside the layer's input,
     * and under the pointer the patch, the kernel, their products and the sum of these.
     * @param model a model of tf.layers with one input
     * @param x one example, [height, width, channels] (or [length, channels]), or a batch of them
     * @throws TypeError where an argument is not what it should be; Error where no layer gives feature maps
     * @example viz.featureMaps(model, digits.slice(0, 4))
     */
    featureMaps(model: object, x: tfTypes.Tensor, options: FeatureMapsOptions = {}): FiltersFigure {
      checkOptions('viz.featureMaps', options, FEATURE_MAPS_OPTIONS);
      if (x === undefined)
        throw new TypeError('viz.featureMaps: the second argument is missing: a tensor that the model takes');
      return figure('viz.featureMaps', 'maps', model, x, options.title);
    },
    /**
     * Records filters while a model learns; the recording shows itself, with a slider over what was recorded.
     * @param subject as in {@link filters}
     * @param options with `x`, the feature maps are recorded too
     * @throws as {@link filters} does
     */
    recordFilters(subject: object, options: FiltersOptions = {}): FilterRecording {
      const where = 'viz.recordFilters';
      checkOptions(where, options, FILTERS_OPTIONS);
      const tf = needLibrary(loaded, where);
      const found = subjectOf(tf, subject, options.x, where);
      return new FilterRecording(tf, found, String(options.title ?? found.title));
    },
  };
}
