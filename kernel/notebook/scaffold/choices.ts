// What a model notebook can be made of: architectures, data sets, optimisers, and which fit together. Pure: the editor's quick picks and the
// command line both list these.

/** Something to choose. */
export interface Choice<Id extends string> {
  id: Id;
  label: string;
  /** One line for a list. */
  detail: string;
}

export type ArchitectureId = 'perceptron' | 'mlp' | 'cnn' | 'lenet5' | 'resnet20';
export type DataId = 'blobs' | 'moons' | 'spirals' | 'xor' | 'digits' | 'shapes' | 'mnist' | 'cifar10';
export type OptimizerId = 'sgd' | 'momentum' | 'rmsprop' | 'adam' | 'adamw' | 'lion';

/** The constants at the top of a notebook, such that it trains in seconds and reaches its goal. */
export interface Budget {
  /** Examples in all: to learn from, to watch and to test. For a download: those to learn from and to watch. */
  examples: number;
  epochs: number;
  batchSize: number;
  /** Share of the test examples that is to be right after training. */
  goal: number;
}

export interface Architecture extends Choice<ArchitectureId> {
  /** The data sets that fit, the usual first, with how long to train on each. */
  data: Partial<Record<DataId, Budget>>;
  /** Of Adam; those of the other optimisers follow from it, */
  learningRate: number;
  /** but for these. */
  rates?: Partial<Record<OptimizerId, number>>;
}

export interface DataSet extends Choice<DataId> {
  kind: 'points' | 'images';
  /** What is downloaded at the first run, where it is not drawn by the notebook itself. */
  download?: string;
}

export interface Optimizer extends Choice<OptimizerId> {
  /** Learning rate as a multiple of Adam's. */
  rate: number;
}

export const ARCHITECTURES: readonly Architecture[] = [
  {
    id: 'perceptron',
    label: 'Perceptron',
    detail: 'One layer: a line between two classes, or one template for each digit',
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
    id: 'cnn',
    label: 'Convolutional network',
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
    detail: 'LeCun et al. 1998: convolutions of 5 × 5, average pooling, tanh',
    learningRate: 0.002,
    data: {
      digits: { examples: 3000, epochs: 6, batchSize: 32, goal: 0.9 },
      mnist: { examples: 12_000, epochs: 5, batchSize: 32, goal: 0.95 },
      cifar10: { examples: 10_000, epochs: 8, batchSize: 32, goal: 0.3 },
    },
  },
  {
    id: 'resnet20',
    label: 'ResNet-20',
    detail: 'He et al. 2015: nine residual blocks, with augmentation and a learning rate schedule',
    learningRate: 0.003,
    // Batch normalisation bears, and wants, large steps
    rates: { sgd: 0.3, momentum: 0.04 },
    data: {
      shapes: { examples: 1600, epochs: 6, batchSize: 32, goal: 0.7 },
      digits: { examples: 1200, epochs: 3, batchSize: 32, goal: 0.9 },
      cifar10: { examples: 4000, epochs: 4, batchSize: 32, goal: 0.3 },
      mnist: { examples: 3000, epochs: 3, batchSize: 32, goal: 0.9 },
    },
  },
];

export const DATA_SETS: readonly DataSet[] = [
  { id: 'blobs', label: 'Blobs', kind: 'points', detail: 'Two round clouds of points' },
  { id: 'moons', label: 'Two moons', kind: 'points', detail: 'Two half circles that reach into one another' },
  { id: 'spirals', label: 'Spirals', kind: 'points', detail: 'Two arms around one centre' },
  { id: 'xor', label: 'XOR', kind: 'points', detail: 'Four corners, alike across the diagonal' },
  { id: 'digits', label: 'Digits', kind: 'images', detail: 'Drawn digits, 28 × 28, grey' },
  { id: 'shapes', label: 'Shapes', kind: 'images', detail: 'Drawn shapes in ten classes, 32 × 32, in colours' },
  { id: 'mnist', label: 'MNIST', kind: 'images', detail: 'Handwritten digits, 28 × 28, grey', download: '12 MB' },
  {
    id: 'cifar10',
    label: 'CIFAR-10',
    kind: 'images',
    detail: 'Photographs in ten classes, 32 × 32, in colours',
    download: '170 MB',
  },
];

export const OPTIMIZERS: readonly Optimizer[] = [
  {
    id: 'adam',
    label: 'Adam',
    rate: 1,
    detail: 'Steps of a size of its own for each parameter; learns without tuning',
  },
  { id: 'adamw', label: 'AdamW', rate: 1, detail: 'Adam with weight decay apart from the gradient' },
  { id: 'sgd', label: 'SGD', rate: 25, detail: 'Stochastic gradient descent: against the gradient of each batch' },
  { id: 'momentum', label: 'Momentum', rate: 5, detail: 'Gradients of the last ten steps or so, summed up' },
  { id: 'rmsprop', label: 'RMSProp', rate: 0.5, detail: 'Gradients divided by their recent size' },
  { id: 'lion', label: 'Lion', rate: 0.2, detail: 'The sign of the momentum: every step of one size' },
];

/** The ids of the data sets that fit an architecture, the usual one first. */
export const dataOf = ({ data }: Architecture): DataId[] => Object.keys(data) as DataId[];

/** What a model notebook is made of. */
export interface ModelChoice {
  architecture: ArchitectureId;
  data: DataId;
  optimizer: OptimizerId;
}

/** Every choice whose parts fit together. */
export function everyChoice(): ModelChoice[] {
  return ARCHITECTURES.flatMap((a) =>
    dataOf(a).flatMap((data) =>
      OPTIMIZERS.map(({ id: optimizer }): ModelChoice => ({ architecture: a.id, data, optimizer })),
    ),
  );
}
