// Small networks of several kinds, whose training is replayed. They have the same weights each time they are made.
import type * as tfTypes from '@tensorflow/tfjs';
import { resnet } from '../../kernel/dlnb/nn/residual.ts';
import { tf } from './device.ts';

export interface Network {
  make: () => tfTypes.LayersModel;
  /** The shape of one example. */
  shape: number[];
  batch: number;
}

const L = tf.layers;
const weights = (seed: number) => tf.initializers.randomNormal({ stddev: 0.1, seed });

export const networks: Record<string, Network> = {
  CNN: {
    make: () =>
      tf.sequential({
        layers: [
          L.conv2d({
            filters: 4,
            kernelSize: 3,
            activation: 'relu',
            inputShape: [12, 12, 1],
            kernelInitializer: weights(1),
          }),
          L.maxPooling2d({ poolSize: 2 }),
          L.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', kernelInitializer: weights(2) }),
          L.flatten(),
          L.dense({ units: 10, kernelInitializer: weights(3) }),
        ],
      }),
    shape: [12, 12, 1],
    batch: 4,
  },
  'ResNet-20': {
    make: () => resnet(tf as never, { inputShape: [4, 4, 3], filters: 4 }),
    shape: [4, 4, 3],
    batch: 2,
  },
  'LSTM with dropout': {
    make: () =>
      tf.sequential({
        layers: [
          L.lstm({ units: 8, inputShape: [5, 4], kernelInitializer: weights(1), recurrentInitializer: weights(2) }),
          L.dropout({ rate: 0.2 }),
          L.dense({ units: 10, kernelInitializer: weights(3) }),
        ],
      }),
    shape: [5, 4],
    batch: 4,
  },
};
