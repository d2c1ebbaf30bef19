// Draws of events by their probabilities. The stock program derives random numbers from a place's coordinates, which
// always gives the first sample of the first row the first event.
import type * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';
import { random } from './random.ts';
import { softmax } from './softmax.ts';

/** Workgroup size, one sample for each invocation. */
const GROUP = 64;

const shader: Shader = {
  name: 'multinomial',
  outputs: { y: 'i32' },
  inputs: { p: 'f32', draws: 'f32' },
  uniforms: { n: 'u32', samples: 'u32', events: 'u32' },
  workgroup: [GROUP],
  main: `
  if (index < u.n) {
    let row = (index / u.samples) * u.events;
    let draw = draws[index];
    var event = 0u;
    var sum = p[row];
    // The last event if the others are not reached
    while (event + 1u < u.events && draw >= sum) {
      event++;
      sum += p[row + event];
    }
    y[index] = i32(event);
  }`,
};

const words = new Uint32Array(2);
const seedBits = new Float64Array(words.buffer);

/** Each row is drawn for by numbers of its own. */
const multinomial: OpKernel = ({ inputs, attrs, backend }) => {
  const logits = inputs['logits']!;
  const { numSamples: samples, seed, normalized } = attrs as unknown as tf.MultinomialAttrs;
  const [rows = 0, events = 0] = logits.shape;
  const n = rows * samples;
  if (logits.dtype !== 'float32' || logits.shape.length !== 2 || !(n * events > 0)) return undefined;
  const p = normalized
    ? logits
    : (softmax['Softmax']!({ inputs: { logits }, attrs: { dim: 1 }, backend }) as tf.TensorInfo | undefined);
  if (!p) return undefined;
  seedBits[0] = seed;
  const uniform = { shape: [rows, samples], kind: 'uniform', a: 0, b: 1, seed: [...words] };
  const draws = random['Random']!({ inputs: {}, attrs: uniform, backend }) as tf.TensorInfo;
  const y = backend.makeTensorInfo([rows, samples], 'int32');
  backend.runShader(shader, [y], [p, draws], { n: sizeOf(y), samples, events }, Math.ceil(n / GROUP));
  backend.disposeData(draws.dataId);
  if (!normalized) backend.disposeData(p.dataId);
  return y;
};

export const distributions: Record<string, OpKernel> = { Multinomial: multinomial };
