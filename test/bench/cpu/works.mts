// The works that `npm run bench -- cpu` and `-- gpu` compare, as data: names, parameter counts, operations and aims.

/** One training step, or one matrix product. */
export interface Work {
  name: string;
  /** Number of trainable parameters; 0 for a matrix product. */
  parameters: number;
  /** Number of parameters in PyTorch, if it differs: its LSTM has a second, redundant bias. */
  pytorchParameters?: number;
  /** Floating-point operations of a step, if GFLOP/s are of interest. */
  flops?: number;
  /** The same work with a smaller batch, and the ratio of the batch sizes. */
  smaller?: { work: string; factor: number };
  aim?: { ratio: number } | { gflops: number };
}

export const works: Work[] = [
  { name: 'matmul 256', parameters: 0, flops: 2 * 256 ** 3 },
  { name: 'matmul 1024', parameters: 0, flops: 2 * 1024 ** 3, aim: { gflops: 100 } },
  { name: 'matmul 2048', parameters: 0, flops: 2 * 2048 ** 3 },
  { name: 'MLP, batch 64', parameters: 235_146, aim: { ratio: 1.2 } },
  { name: 'CNN, batch 32', parameters: 34_826, aim: { ratio: 0.8 } },
  {
    name: 'CNN, batch 128',
    parameters: 34_826,
    smaller: { work: 'CNN, batch 32', factor: 4 },
    aim: { ratio: 1.0 },
  },
  { name: 'LeNet-5, batch 32', parameters: 61_706, aim: { ratio: 0.8 } },
  { name: 'ResNet-20, batch 32', parameters: 272_474, aim: { ratio: 1.5 } },
  {
    name: 'ResNet-20, batch 128',
    parameters: 272_474,
    smaller: { work: 'ResNet-20, batch 32', factor: 4 },
    aim: { ratio: 1.5 },
  },
  { name: 'LSTM, batch 32', parameters: 132_874, pytorchParameters: 133_386, aim: { ratio: 1.2 } },
  { name: 'GRU, batch 32', parameters: 100_362, aim: { ratio: 1.2 } },
  { name: 'Transformer block, batch 16', parameters: 199_562, aim: { ratio: 1.5 } },
  { name: 'XOR', parameters: 17, aim: { ratio: 0.5 } },
];

/** The works of `npm run bench -- gpu`: also larger ones, with other aims. */
export const gpuWorks: Work[] = [
  ...works,
  { name: 'ResNet-20, batch 512', parameters: 272_474 },
  { name: 'matmul 4096', parameters: 0, flops: 2 * 4096 ** 3 },
].map(({ aim: _, smaller: __, ...work }) => (work.parameters > 0 ? { ...work, aim: { ratio: 1 } } : work));

/** The works whose steps are also measured on the host alone. */
export const hostWorks: Work[] = [
  'CNN, batch 32',
  'LeNet-5, batch 32',
  'ResNet-20, batch 32',
  'LSTM, batch 32',
  'Transformer block, batch 16',
].map((name) => works.find((w) => w.name === name)!);

/** The batch size at the end of a work's name. */
export function batchOf(work: string): number {
  return Number(/batch (\d+)$/.exec(work)?.[1]);
}

/** The order of the matrices of `matmul N`. */
export function orderOf(work: string): number {
  return Number(/^matmul (\d+)$/.exec(work)?.[1]);
}
