// The choices for a model notebook: architectures, data sets, optimizers, and which of them fit together. The editor's
// quick picks and the command line list these.

/** One entry of a list of choices. */
export interface Choice<Id extends string> {
  id: Id;
  label: string;
  /** What else it is called: shown beside the label, and found by a search. */
  alias?: string;
  /** A description of one line. */
  detail: string;
}

export type ArchitectureId =
  | 'perceptron'
  | 'mlp'
  | 'regression'
  | 'cnn'
  | 'lenet5'
  | 'alexnet'
  | 'resnet20'
  | 'resnet56'
  | 'densenet'
  | 'unet'
  | 'vae'
  | 'rnn'
  | 'lstm'
  | 'gru'
  | 'charlm'
  | 'transformer';
export type DataId =
  | 'blobs'
  | 'moons'
  | 'spirals'
  | 'xor'
  | 'table'
  | 'digits'
  | 'shapes'
  | 'masks'
  | 'mnist1d'
  | 'recall'
  | 'story'
  | 'mnist'
  | 'cifar10';
export type OptimizerId = 'sgd' | 'momentum' | 'rmsprop' | 'adam' | 'adamw' | 'lion';

/** The constants at the top of a notebook, chosen so that it trains in seconds and reaches its goal. */
export interface Budget {
  /**
   * Number of training, validation and test examples together; for downloaded data, of training and validation
   * examples.
   */
  examples: number;
  epochs: number;
  batchSize: number;
  /** What the test is to reach: the share that is right, or what `GOALS` of the kind of data says. */
  goal: number;
}

/** An architecture, with its hyperparameters. */
export interface Architecture extends Choice<ArchitectureId> {
  /** The data sets that fit, the default one first, each with its budget. */
  data: Partial<Record<DataId, Budget>>;
  /** What it is on some kinds of data, where {@link detail} says too much. */
  details?: Partial<Record<DataKind, string>>;
  /** Learning rate for Adam. By default the learning rates of other optimizers are multiples of it. */
  learningRate: number;
  /** Learning rates of the optimizers for which the multiple does not fit. */
  rates?: Partial<Record<OptimizerId, number>>;
}

/** What the examples are: it decides how they are shown and tested. */
export type DataKind = 'points' | 'table' | 'images' | 'masks' | 'sequences' | 'text';

/** A data set. */
export interface DataSet extends Choice<DataId> {
  kind: DataKind;
  /** Size of the download at the first run; absent for generated data. */
  download?: string;
}

/** An optimizer. */
export interface Optimizer extends Choice<OptimizerId> {
  /** Default learning rate as a multiple of Adam's. */
  rate: number;
}

export const ARCHITECTURES: readonly Architecture[] = [
  {
    id: 'perceptron',
    label: 'Perceptron',
    detail: 'One layer: a line between two classes, or one template for each digit',
    details: { points: 'One unit: a line between two classes', images: 'One layer: a template for each digit' },
    learningRate: 0.01,
    data: {
      blobs: { examples: 600, epochs: 15, batchSize: 16, goal: 0.95 },
      moons: { examples: 1000, epochs: 20, batchSize: 16, goal: 0.8 },
      digits: { examples: 3000, epochs: 10, batchSize: 32, goal: 0.8 },
      mnist: { examples: 12_000, epochs: 8, batchSize: 32, goal: 0.85 },
    },
  },
  {
    id: 'mlp',
    label: 'Multi-layer perceptron',
    alias: 'MLP',
    detail: 'Two hidden layers with ReLU: curved boundaries',
    learningRate: 0.005,
    data: {
      moons: { examples: 1000, epochs: 30, batchSize: 16, goal: 0.95 },
      spirals: { examples: 1200, epochs: 80, batchSize: 16, goal: 0.9 },
      xor: { examples: 800, epochs: 25, batchSize: 16, goal: 0.95 },
      blobs: { examples: 600, epochs: 10, batchSize: 16, goal: 0.95 },
      digits: { examples: 3000, epochs: 8, batchSize: 32, goal: 0.85 },
      mnist: { examples: 12_000, epochs: 6, batchSize: 32, goal: 0.9 },
    },
  },
  {
    id: 'regression',
    label: 'Regression',
    alias: 'CSV, table, MLP',
    detail: 'Predicts a number from the other columns of a table, by two hidden layers',
    learningRate: 0.01,
    data: { table: { examples: 1000, epochs: 40, batchSize: 32, goal: 0.8 } },
  },
  {
    id: 'cnn',
    label: 'Convolutional network',
    alias: 'CNN',
    detail: 'Two rounds of convolution, ReLU and max-pooling, then one dense layer',
    learningRate: 0.002,
    data: {
      digits: { examples: 2500, epochs: 5, batchSize: 32, goal: 0.95 },
      shapes: { examples: 4000, epochs: 10, batchSize: 32, goal: 0.55 },
      mnist: { examples: 12_000, epochs: 3, batchSize: 32, goal: 0.95 },
      cifar10: { examples: 10_000, epochs: 5, batchSize: 32, goal: 0.3 },
    },
  },
  {
    id: 'lenet5',
    label: 'LeNet-5',
    alias: 'CNN',
    detail: 'LeCun et al. 1998: convolutions of 5 × 5, average pooling, tanh',
    learningRate: 0.002,
    data: {
      digits: { examples: 3000, epochs: 6, batchSize: 32, goal: 0.9 },
      mnist: { examples: 12_000, epochs: 5, batchSize: 32, goal: 0.95 },
      cifar10: { examples: 10_000, epochs: 8, batchSize: 32, goal: 0.3 },
    },
  },
  {
    id: 'alexnet',
    label: 'AlexNet',
    alias: 'CNN',
    detail: 'Krizhevsky et al. 2012, scaled to small images: five convolutions, overlapping pooling, dropout',
    learningRate: 0.001,
    data: {
      digits: { examples: 2000, epochs: 5, batchSize: 32, goal: 0.85 },
      shapes: { examples: 3000, epochs: 12, batchSize: 32, goal: 0.5 },
      cifar10: { examples: 10_000, epochs: 5, batchSize: 32, goal: 0.3 },
    },
  },
  {
    id: 'resnet20',
    label: 'ResNet-20',
    alias: 'residual network, CNN',
    detail: 'He et al. 2015: nine residual blocks, with augmentation and a learning rate schedule',
    learningRate: 0.003,
    // With batch normalization, large steps are stable and learn faster
    rates: { sgd: 0.3, momentum: 0.04 },
    data: {
      shapes: { examples: 1600, epochs: 6, batchSize: 32, goal: 0.7 },
      digits: { examples: 1200, epochs: 3, batchSize: 32, goal: 0.9 },
      cifar10: { examples: 4000, epochs: 4, batchSize: 32, goal: 0.3 },
      mnist: { examples: 3000, epochs: 3, batchSize: 32, goal: 0.9 },
    },
  },
  {
    id: 'resnet56',
    label: 'ResNet-56',
    alias: 'residual network, CNN',
    detail: 'He et al. 2015: 27 residual blocks, with augmentation and a learning rate schedule; takes minutes',
    learningRate: 0.003,
    rates: { sgd: 0.3, momentum: 0.04 },
    data: {
      digits: { examples: 800, epochs: 3, batchSize: 32, goal: 0.8 },
      shapes: { examples: 1600, epochs: 6, batchSize: 32, goal: 0.5 },
      cifar10: { examples: 4000, epochs: 4, batchSize: 32, goal: 0.25 },
    },
  },
  {
    id: 'densenet',
    label: 'DenseNet',
    alias: 'CNN',
    detail: 'Huang et al. 2017: each layer sees the maps of all layers before it',
    learningRate: 0.003,
    rates: { sgd: 0.3, momentum: 0.04 },
    data: {
      digits: { examples: 1200, epochs: 3, batchSize: 32, goal: 0.85 },
      shapes: { examples: 2400, epochs: 10, batchSize: 32, goal: 0.4 },
      cifar10: { examples: 4000, epochs: 4, batchSize: 32, goal: 0.3 },
    },
  },
  {
    id: 'unet',
    label: 'U-Net',
    alias: 'segmentation, CNN',
    detail: 'Ronneberger et al. 2015: the class of every pixel, by an encoder and a decoder with skip connections',
    learningRate: 0.003,
    data: { masks: { examples: 500, epochs: 20, batchSize: 16, goal: 0.55 } },
  },
  {
    id: 'vae',
    label: 'Variational autoencoder',
    alias: 'VAE, generative model',
    detail: 'Kingma & Welling 2014: a plane of codes, from which images are drawn',
    learningRate: 0.002,
    data: {
      digits: { examples: 3000, epochs: 20, batchSize: 64, goal: 0.3 },
      mnist: { examples: 12_000, epochs: 10, batchSize: 64, goal: 0.25 },
    },
  },
  {
    id: 'rnn',
    label: 'Recurrent network',
    alias: 'RNN',
    detail: 'A hidden state that each step changes: h = tanh(Ux + Vh + b)',
    learningRate: 0.005,
    data: {
      recall: { examples: 2000, epochs: 15, batchSize: 32, goal: 0.7 },
      mnist1d: { examples: 5000, epochs: 10, batchSize: 64, goal: 0.25 },
    },
  },
  {
    id: 'lstm',
    label: 'LSTM',
    alias: 'RNN, recurrent network',
    detail: 'Hochreiter & Schmidhuber 1997: gates decide what a cell keeps, takes in and shows',
    learningRate: 0.005,
    data: {
      recall: { examples: 2000, epochs: 15, batchSize: 32, goal: 0.7 },
      mnist1d: { examples: 5000, epochs: 15, batchSize: 64, goal: 0.35 },
    },
  },
  {
    id: 'gru',
    label: 'GRU',
    alias: 'RNN, recurrent network',
    detail: 'Cho et al. 2014: two gates, one state',
    learningRate: 0.005,
    data: {
      recall: { examples: 2000, epochs: 15, batchSize: 32, goal: 0.7 },
      mnist1d: { examples: 5000, epochs: 15, batchSize: 64, goal: 0.35 },
    },
  },
  {
    id: 'charlm',
    label: 'Character model',
    alias: 'language model, RNN, LSTM',
    detail: 'An LSTM that continues a text, character by character',
    learningRate: 0.01,
    data: { story: { examples: 800, epochs: 10, batchSize: 16, goal: 0.45 } },
  },
  {
    id: 'transformer',
    label: 'Transformer',
    alias: 'language model, attention, GPT',
    detail: 'Radford et al. 2019 in small: blocks of attention that continue a text, character by character',
    learningRate: 0.003,
    data: { story: { examples: 800, epochs: 10, batchSize: 16, goal: 0.4 } },
  },
];

export const DATA_SETS: readonly DataSet[] = [
  { id: 'blobs', label: 'Blobs', kind: 'points', detail: 'Two round clouds of points' },
  { id: 'moons', label: 'Two moons', kind: 'points', detail: 'Two interlocking half circles' },
  { id: 'spirals', label: 'Spirals', kind: 'points', detail: 'Two arms around one center' },
  { id: 'xor', label: 'XOR', kind: 'points', detail: 'Four corners; opposite corners have the same class' },
  {
    id: 'table',
    label: 'A table of your own',
    kind: 'table',
    detail: 'A file of comma-separated values (CSV) beside the notebook; an example is written where there is none',
  },
  { id: 'digits', label: 'Digits', kind: 'images', detail: 'Generated digits, 28 × 28, gray' },
  { id: 'shapes', label: 'Shapes', kind: 'images', detail: 'Generated shapes in ten classes, 32 × 32, in color' },
  {
    id: 'masks',
    label: 'Masks',
    kind: 'masks',
    detail: 'Generated shapes with the class of every pixel, 32 × 32, in color',
  },
  {
    id: 'mnist1d',
    label: 'MNIST-1D',
    kind: 'sequences',
    detail: 'Curves of 40 numbers in ten classes, which stand for digits',
  },
  {
    id: 'recall',
    label: 'Recall',
    kind: 'sequences',
    detail: 'Random symbols; the class of a sequence is its first symbol',
  },
  {
    id: 'story',
    label: 'A story',
    kind: 'text',
    detail: 'A text of 20,000 characters that comes with DLNB, or a text of your own',
  },
  { id: 'mnist', label: 'MNIST', kind: 'images', detail: 'Handwritten digits, 28 × 28, gray', download: '12 MB' },
  {
    id: 'cifar10',
    label: 'CIFAR-10',
    kind: 'images',
    detail: 'Photographs in ten classes, 32 × 32, in color',
    download: '170 MB',
  },
];

export const OPTIMIZERS: readonly Optimizer[] = [
  {
    id: 'adam',
    label: 'Adam',
    rate: 1,
    detail: 'Adapts the step size of each parameter; works without tuning',
  },
  { id: 'adamw', label: 'AdamW', rate: 1, detail: 'Adam with decoupled weight decay' },
  { id: 'sgd', label: 'SGD', rate: 25, detail: 'Stochastic gradient descent: against the gradient of each batch' },
  { id: 'momentum', label: 'Momentum', rate: 5, detail: 'Sums up the gradients of about the last ten steps' },
  { id: 'rmsprop', label: 'RMSProp', rate: 0.5, detail: 'Gradients divided by their recent size' },
  { id: 'lion', label: 'Lion', rate: 0.2, detail: 'The sign of the momentum: all steps have the same size' },
];

/** The ids of the data sets that fit an architecture, the default one first. */
export const dataOf = ({ data }: Architecture): DataId[] => Object.keys(data) as DataId[];

/** What the goal of a model notebook is, by the kind of its data. */
export const GOALS: Record<DataKind, string> = {
  points: 'share of the test that is right',
  table: 'share of the variance of the test that is explained (R²)',
  images: 'share of the test that is right',
  masks: 'mean intersection over union of the test',
  sequences: 'share of the test that is right',
  text: 'share of the next characters that is right',
};

/** The choices for one model notebook. */
export interface ModelChoice {
  architecture: ArchitectureId;
  data: DataId;
  optimizer: OptimizerId;
}

/** All choices whose parts fit together. */
export function everyChoice(): ModelChoice[] {
  return ARCHITECTURES.flatMap((a) =>
    dataOf(a).flatMap((data) =>
      OPTIMIZERS.map(({ id: optimizer }): ModelChoice => ({ architecture: a.id, data, optimizer })),
    ),
  );
}
