// The cells of a model notebook that build the network and check its number of parameters.
import type { Draft } from '../cells.ts';
import type { Architecture, DataSet } from '../choices.ts';
import { vae } from './autoencoder.ts';
import { alexnet, cnn, densenet, lenet5, resnet, unet } from './convolutional.ts';
import { mlp, perceptron, regression } from './dense.ts';
import { charlm, recurrent, transformer } from './sequences.ts';

/** Defines `model`, not compiled yet. */
export function modelCells({ id }: Architecture, data: DataSet): Draft[] {
  const side = data.id === 'shapes' || data.id === 'cifar10' ? 32 : 28;
  switch (id) {
    case 'perceptron':
      return perceptron(data);
    case 'mlp':
      return mlp(data);
    case 'regression':
      return regression();
    case 'cnn':
      return cnn(side);
    case 'lenet5':
      return lenet5(side);
    case 'alexnet':
      return alexnet(side);
    case 'resnet20':
      return resnet(side, 20);
    case 'resnet56':
      return resnet(side, 56);
    case 'densenet':
      return densenet(side);
    case 'unet':
      return unet();
    case 'vae':
      return vae();
    case 'rnn':
    case 'lstm':
    case 'gru':
      return recurrent(id, data);
    case 'charlm':
      return charlm();
    case 'transformer':
      return transformer();
  }
}
