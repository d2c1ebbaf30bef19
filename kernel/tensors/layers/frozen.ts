// Frozen layers, as in Keras: freezing a model freezes all its layers, also those of models within it, and a batch
// normalization that is frozen computes in inference mode also during training, with moving statistics that stay.
import * as layers from '@tensorflow/tfjs-layers';
import { toList, type AnyLayer } from './types.ts';

/** Whether a batch normalization must use its moving statistics, and leave them. */
export const isFrozen = (layer: { trainable?: boolean }): boolean => layer.trainable === false;

/** Whether a sequential model is making the model within it, which takes over its `trainable` and not its layers'. */
let building = false;

/** Has `model.trainable = …` set all layers of a model. */
export function installFreezing(): void {
  type Container = AnyLayer & { trainable_: boolean; layers: AnyLayer[] };
  const container = Object.getPrototypeOf(layers.LayersModel.prototype) as Container;
  Object.defineProperty(container, 'trainable', {
    configurable: true,
    get(this: Container) {
      return this.trainable_;
    },
    set(this: Container, trainable: boolean) {
      this.trainable_ = trainable;
      if (!building) for (const layer of toList(this.layers)) layer.trainable = trainable;
    },
  });
  const sequential = layers.Sequential.prototype as unknown as { build(shape?: unknown): void };
  const { build } = sequential;
  sequential.build = function (shape) {
    const before = building;
    building = true;
    try {
      build.call(this, shape);
    } finally {
      building = before;
    }
  };
}
