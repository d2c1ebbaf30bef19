// Makes a case of `npm run bench -- ops` ready to run on a copy of TensorFlow.js.
import type * as TF from '@tensorflow/tfjs';
import type { Prepared } from '../cpu/serve.ts';
import { cases, nameOf, type Input } from './cases.mts';

/** The inputs of the last case. */
let last: TF.Tensor[] = [];
let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

function tensorOf(tf: typeof TF, { shape, dtype, from, to, values }: Input): TF.Tensor {
  if (values) return tf.tensor(values as number[], shape, dtype as 'float32');
  const size = shape.reduce((n, m) => n * m, 1);
  const draw = () => Float32Array.from({ length: size }, () => from + random() * (to - from));
  if (dtype === 'complex64') return tf.complex(tf.tensor(draw(), shape), tf.tensor(draw(), shape));
  const numbers = dtype === 'float32' ? draw() : draw().map(Math.floor);
  return tf.tensor(numbers, shape, dtype as 'float32');
}

/** A step is one call of the op kernel; its results are disposed of. */
export function prepareOp(tf: typeof TF, work: string, about: string): Prepared {
  const found = cases.find((one) => nameOf(one) === work);
  if (!found) throw new Error(`there is no case "${work}"`);
  const { kernel, inputs, attrs, readBy } = found;
  tf.dispose(last);
  seed = 1;
  const made = Object.entries(inputs).map(([name, input]: [string, Input | Input[]]) => {
    const list = Array.isArray(input) ? input.map((one) => tensorOf(tf, one)) : tensorOf(tf, input);
    return [name, list] as const;
  });
  last = made.flatMap(([, list]) => list);
  const given = (Array.isArray(inputs) ? last : Object.fromEntries(made)) as TF.NamedTensorMap;
  const engine = tf.engine();
  const run = () =>
    tf.tidy(() => {
      const y = engine.runKernel(kernel, given, attrs as never) as TF.Tensor;
      if (readBy) engine.runKernel(readBy, { x: y });
    });
  // Small op kernels are run many times a step: one call is shorter than the clock's tick
  run();
  const begun = performance.now();
  run();
  const times = Math.max(1, Math.min(100, Math.ceil(0.2 / Math.max(0.001, performance.now() - begun))));
  return {
    parameters: 0,
    about,
    clock: () => performance.now() / times,
    step: () => {
      for (let k = 0; k < times; k++) run();
      return 0;
    },
  };
}
