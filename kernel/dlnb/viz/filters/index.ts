// viz.filters, viz.featureMaps and viz.recordFilters: the filters of convolutions, and their output for an input.
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
  /** Heading; by default the name of the model or layer. */
  title?: string;
  /**
   * An input of the model, [height, width, channels] or a batch of them. With it, filters without an activation above 0
   * are flagged, and an opened filter shows its response.
   */
  x?: tfTypes.Tensor;
}

export type FeatureMapsOptions = Omit<FiltersOptions, 'x'>;

const FILTERS_OPTIONS: OptionNames<FiltersOptions> = { title: 'text', x: true };
const FEATURE_MAPS_OPTIONS: OptionNames<FeatureMapsOptions> = { title: 'text' };

/** Filters or feature maps that display themselves, in the state of their creation. */
export class FiltersFigure implements Displayable {
  constructor(private readonly bundle: Record<string, unknown>) {}

  [DISPLAY](): Record<string, unknown> {
    return this.bundle;
  }

  /**
   * A line for each layer.
   * @example
   * ```ts
   * viz.filters(nn.lenet5({ seed: 1 })).toString().split('\n')[0];
   * ```
   */
  toString(): string {
    return this.bundle['text/plain'] as string;
  }
}

/** @param loaded returns TensorFlow.js if a cell has imported it */
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
     * Draws the filters of convolutions: a tile for each, in color if there are three input channels.
     * @param subject a model of tf.layers, with all its convolution layers; one such layer (conv1d, conv2d,
     *   depthwiseConv2d, separableConv2d, conv2dTranspose); or a kernel as a tensor, [height, width, in, out] or
     *   [width, in, out]
     * @throws TypeError if an argument is wrong; Error if there are no filters, or no weights yet
     * @example
     * ```ts
     * viz.filters(nn.lenet5({ seed: 1 }), { title: 'Filters before training' });
     * ```
     */
    filters(subject: object, options: FiltersOptions = {}): FiltersFigure {
      checkOptions('viz.filters', options, FILTERS_OPTIONS);
      return figure('viz.filters', 'filters', subject, options.x, options.title);
    },
    /**
     * Runs a model on an input and draws the outputs of its layers: a tile for each channel. An opened map is shown
     * beside the layer's input, and for the value under the pointer the patch, the kernel, their products and their
     * sum. Maps of a layer without negative values have colors from zero up, others zero-centered ones.
     * @param model a model of tf.layers with one input
     * @param x one example, [height, width, channels] (or [length, channels]), or a batch of them
     * @throws TypeError if an argument is wrong; Error if no layer has feature maps
     * @example
     * ```ts
     * const { images, shape } = data.digits({ n: 1 });
     * viz.featureMaps(nn.lenet5({ seed: 1 }), tf.tensor4d(images, shape));
     * ```
     */
    featureMaps(model: object, x: tfTypes.Tensor, options: FeatureMapsOptions = {}): FiltersFigure {
      checkOptions('viz.featureMaps', options, FEATURE_MAPS_OPTIONS);
      if (x === undefined)
        throw new TypeError('viz.featureMaps: the second argument is missing: a tensor that the model takes');
      return figure('viz.featureMaps', 'maps', model, x, options.title);
    },
    /**
     * Records filters while a model learns. The recording displays itself, with a slider over its snapshots.
     * @param subject as in {@link filters}
     * @param options with `x`, the feature maps are recorded too
     * @throws as {@link filters} does
     * @example
     * ```ts
     * const { images, shape } = data.digits({ n: 20 });
     * const x = tf.tensor4d(images, shape);
     * const layer = tf.layers.conv2d({ filters: 4, kernelSize: 5, inputShape: [28, 28, 1] });
     * const model = tf.sequential({ layers: [layer, tf.layers.globalMaxPooling2d({})] });
     * model.compile({ optimizer: optim.adam({ learningRate: 0.01 }), loss: 'meanSquaredError' });
     * const filters = viz.recordFilters(model);
     * await model.fit(x, tf.zeros([20, 4]), { epochs: 3, verbose: 0, callbacks: filters.callback() });
     * filters;
     * ```
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
