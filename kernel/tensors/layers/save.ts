// What a saved model cannot hold, refused with the layer's name: an activation that is a function of the notebook.
import * as tfl from '@tensorflow/tfjs-layers';
import { FunctionActivation } from '../replaced/layers-activations.ts';
import { replaceMethod, type Config } from './extend.ts';

interface Container {
  updatedConfig(): Config;
}

/** The name of the layer that has a function in its configuration. */
function layerWithFunction(value: unknown, layer?: string): string | undefined {
  if (value instanceof FunctionActivation) return layer ?? '';
  if (typeof value !== 'object' || value === null) return undefined;
  const { name } = value as { name?: unknown };
  const inner = typeof name === 'string' ? name : layer;
  for (const part of Object.values(value)) {
    const found = layerWithFunction(part, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes the saving of a model say which layer cannot be saved, instead of saving something else. */
export function refuseFunctions(): void {
  replaceMethod<Container, 'updatedConfig'>(
    tfl.LayersModel,
    'updatedConfig',
    (stock) =>
      function (this: Container) {
        const config = stock.call(this);
        const name = layerWithFunction(config);
        if (name === undefined) return config;
        throw new Error(
          `the model cannot be saved: the activation of the layer "${name}" is a function. Give the function a name ` +
            'that a saved model can hold: make it the method apply of a class that extends ' +
            'tf.serialization.Serializable, with a static className, register the class by ' +
            'tf.serialization.registerClass, and write activation: className. Or save the weights alone: ' +
            'model.getWeights().',
        );
      },
  );
}
