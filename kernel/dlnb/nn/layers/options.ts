// Options that the layers of `nn` share, as those of `tf.layers` have them.
import type { layers } from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptionNames } from '../../options.ts';

type OfDense = Parameters<typeof layers.dense>[0];

/** A layer of `nn`: it is applied, put into models, saved and loaded like those of `tf.layers`. */
export type Layer = layers.Layer;
/** The class of a layer, made with its options or with its saved configuration. */
export type LayerClass = new (config: Record<string, unknown>) => Layer;
/** An initializer: a name such as 'heNormal', or what `tf.initializers` and `nn.initializers` make. */
export type InitializerOption = NonNullable<OfDense['kernelInitializer']>;
/** A regularizer: a name such as 'l1l2', or what `tf.regularizers` makes. */
export type RegularizerOption = NonNullable<OfDense['kernelRegularizer']>;
/** A constraint: a name such as 'unitNorm', or what `tf.constraints` makes. */
export type ConstraintOption = NonNullable<OfDense['kernelConstraint']>;
/** The name of an activation, such as 'relu'. */
export type ActivationOption = NonNullable<OfDense['activation']>;

/** Options of all layers. */
export interface LayerOptions {
  /** Name of the layer; by default made from its kind. */
  name?: string;
  /** Shape of one example, without the batch. For the first layer of a sequential model. */
  inputShape?: (number | null)[];
  /** Shape of a batch, instead of `inputShape`. */
  batchInputShape?: (number | null)[];
  /** Number of examples of a batch, with `inputShape`; any by default. */
  batchSize?: number;
  /** Type of the input, for the first layer; float32 by default. */
  dtype?: 'float32' | 'int32' | 'bool' | 'complex64' | 'string';
  /** Whether training changes the weights; true by default. */
  trainable?: boolean;
  /** Initial values of the weights. */
  weights?: Tensor[];
}

export const LAYER_OPTIONS: OptionNames<LayerOptions> = {
  name: 'text',
  inputShape: true,
  batchInputShape: true,
  batchSize: 'number',
  dtype: ['float32', 'int32', 'bool', 'complex64', 'string'],
  trainable: 'boolean',
  weights: true,
};
