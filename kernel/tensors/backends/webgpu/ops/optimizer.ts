// The update of all parameters by an optimiser. Parameters and what the optimiser keeps for them are moved into one buffer, an arena, so that
// a dispatch reaches all of them by one binding, and the gradients take the others: some dispatches for all parameters instead of fourteen each.
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type OptimizerRule, type UpdateParametersAttrs } from '../../../ops.ts';
import { arenaOf } from '../arena.ts';
import type { WebGpuBackend } from '../backend.ts';
import type { GpuData } from '../data.ts';
import type { Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';

const GROUP = 256;
/** Gradients of a dispatch, at most; also where the device has more bindings. */
const MOST = 24;

/** WGSL that updates `w` by `g`, with the optimiser's own numbers `s0`, `s1`, `s2`, as the device `cpu` does (assembly/optimizer.ts). */
const rules: Record<OptimizerRule, string> = {
  sgd: 'w -= u.learningRate * g;',
  momentum: 's0 = u.momentum * s0 + g; w -= u.learningRate * s0;',
  nesterov: 's0 = u.momentum * s0 + g; w -= u.learningRate * (u.momentum * s0 + g);',
  adagrad: 's0 += g * g; w -= u.learningRate * g / sqrt(s0 + u.epsilon);',
  rmsprop: `
    s0 = u.decay * s0 + (1.0 - u.decay) * (g * g);
    s1 = u.momentum * s1 + u.learningRate * g / sqrt(s0 + u.epsilon);
    w -= s1;`,
  rmspropCentered: `
    s0 = u.decay * s0 + (1.0 - u.decay) * (g * g);
    s2 = u.decay * s2 + (1.0 - u.decay) * g;
    s1 = u.momentum * s1 + u.learningRate * g / sqrt(max(s0 - s2 * s2, 0.0) + u.epsilon);
    w -= s1;`,
  adam: `
    s0 = u.beta1 * s0 + (1.0 - u.beta1) * g;
    s1 = u.beta2 * s1 + (1.0 - u.beta2) * (g * g);
    let rate = u.learningRate / (1.0 - arena[u.power0]);
    w = w * (1.0 - u.learningRate * u.weightDecay) - rate * s0 / (sqrt(s1 / (1.0 - arena[u.power1])) + u.epsilon);`,
  adamax: `
    s0 = u.beta1 * s0 + (1.0 - u.beta1) * g;
    s1 = max(u.beta2 * s1, abs(g));
    w -= u.learningRate / (1.0 - arena[u.power0]) * s0 / (s1 + u.epsilon);`,
  adadelta: `
    let step = sqrt(s1 + u.epsilon) / sqrt(s0 + u.epsilon) * g;
    s0 = u.decay * s0 + (1.0 - u.decay) * (g * g);
    s1 = u.decay * s1 + (1.0 - u.decay) * (step * step);
    w -= u.learningRate * step;`,
  lion: `
    let direction = u.beta1 * s0 + (1.0 - u.beta1) * g;
    s0 = u.beta2 * s0 + (1.0 - u.beta2) * g;
    w = w * (1.0 - u.learningRate * u.weightDecay) - u.learningRate * sign(direction);`,
};

const HYPER = ['learningRate', 'weightDecay', 'momentum', 'decay', 'beta1', 'beta2', 'epsilon'] as const;
const list = (n: number) => [...Array(n).keys()];
const shaders = new Map<string, Shader>();

/** The update of so many parameters, with so many numbers of the optimiser's for each. */
function shaderOf(rule: OptimizerRule, count: number, slots: number): Shader {
  const name = `update ${rule} ${count}`;
  let shader = shaders.get(name);
  if (!shader) {
    const at = (k: string) => list(slots).map((s) => `${k}${s}`);
    shader = {
      name,
      outputs: { arena: 'f32' },
      inputs: Object.fromEntries(list(count).map((i) => [`g${i}`, 'f32'])),
      uniforms: Object.fromEntries([
        ...HYPER.map((key) => [key, 'f32']),
        ...['power0', 'power1'].map((key) => [key, 'u32']),
        ...list(count).flatMap((i) => [`n${i}`, `w${i}`, ...at(`s${i}_`)].map((key) => [key, 'u32'])),
      ]) as Shader['uniforms'],
      workgroup: [GROUP],
      declarations: `fn update(at: u32, g: f32${at(', a').join('')}) {
        var w = arena[at];
        ${list(slots)
          .map((s) => `var s${s} = arena[a${s}];`)
          .join(' ')}
        ${rules[rule]}
        ${list(slots)
          .map((s) => `arena[a${s}] = s${s};`)
          .join(' ')}
        arena[at] = w;
      }`.replaceAll(/, a(\d)/g, ', a$1: u32'),
      // Each parameter begins with a workgroup of its own, so that all of a workgroup go the same way
      main: `
      var i = index;
      ${list(count)
        .map(
          (k) => `if (i < (u.n${k} + ${GROUP - 1}u) / ${GROUP}u * ${GROUP}u) {
        if (i < u.n${k}) { update(u.w${k} + i, g${k}[i]${list(slots)
          .map((s) => `, u.s${k}_${s} + i`)
          .join('')}); }
        return;
      }
      i -= (u.n${k} + ${GROUP - 1}u) / ${GROUP}u * ${GROUP}u;`,
        )
        .join('\n')}`,
    };
    shaders.set(name, shader);
  }
  return shader;
}

/** β₁ᵗ and β₂ᵗ for the next step. */
const powersShader: Shader = {
  name: 'update powers',
  outputs: { arena: 'f32' },
  inputs: {},
  uniforms: { beta1: 'f32', beta2: 'f32', power0: 'u32', power1: 'u32', count: 'u32' },
  workgroup: [1],
  main: `
  arena[u.power0] = arena[u.power0] * u.beta1;
  if (u.count > 1u) { arena[u.power1] = arena[u.power1] * u.beta2; }`,
};

function update(backend: WebGpuBackend, { rule, tensors, slots, powers, hyper }: UpdateParametersAttrs): void {
  if (tensors.length === 0) return;
  const stride = 2 + slots;
  const kept: GpuData[] = powers.map(({ dataId }) => backend.dataOf(dataId));
  for (let i = 0; i < tensors.length; i++) if (i % stride !== 1) kept.push(backend.dataOf(tensors[i]!.dataId));
  const arena = arenaOf(backend, kept);
  for (const data of kept) data.values = null;
  const place = (t: tf.Tensor | undefined) => (t ? backend.dataOf(t.dataId).offset / 4 : 0);
  const shared = { ...hyper, power0: place(powers[0]), power1: place(powers[1]) };
  const most = Math.min(MOST, backend.device.limits.maxStorageBuffersPerShaderStage - 1);
  for (let first = 0; first < tensors.length; first += most * stride) {
    const part = tensors.slice(first, first + most * stride);
    const values: Record<string, number> = { ...shared };
    const gradients: tf.Tensor[] = [];
    let groups = 0;
    for (let i = 0; i < part.length; i += stride) {
      const k = gradients.length;
      const { size } = part[i]!;
      values[`n${k}`] = size;
      values[`w${k}`] = place(part[i]);
      for (let s = 0; s < slots; s++) values[`s${k}_${s}`] = place(part[i + 2 + s]);
      gradients.push(part[i + 1]!);
      groups += Math.ceil(size / GROUP);
    }
    backend.runShader(shaderOf(rule, gradients.length, slots), [arena.info], gradients, values, groups);
  }
  if (powers.length > 0) backend.runShader(powersShader, [arena.info], [], { ...shared, count: powers.length }, 1);
}

export const optimizer: Record<string, OpKernel> = {
  [ops.UpdateParameters.name]: ({ attrs, backend }) => {
    update(backend, attrs as unknown as UpdateParametersAttrs);
    return [];
  },
};
