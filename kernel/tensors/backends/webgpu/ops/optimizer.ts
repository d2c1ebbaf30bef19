// The update of all parameters by an optimizer. Parameters and what the optimizer keeps for them are moved into one
// buffer, an arena: a dispatch reaches all of them by one binding, and the gradients take the others. Without it, each
// parameter takes fourteen dispatches.
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type UpdateParametersAttrs } from '../../../ops.ts';
import type { Expression } from '../../formula.ts';
import { assignmentsOf, hyperparameters, rules, type OptimizerRule } from '../../optimizer-rules.ts';
import { arenaOf } from '../arena.ts';
import type { WebGpuBackend } from '../backend.ts';
import type { GpuData } from '../data.ts';
import type { Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';

const GROUP = 256;
/** The most gradients of a dispatch, even where the device has more bindings. */
const MOST = 24;

/** A formula of a rule as WGSL: hyperparameters are uniforms, the powers of β₁ and β₂ lie in the arena. */
function wgsl(e: Expression): string {
  if (e.kind === 'number') return e.value.toFixed(1);
  if (e.kind === 'name') {
    if (e.name === 'unbias1') return '(1.0 - arena[u.power0])';
    if (e.name === 'unbias2') return '(1.0 - arena[u.power1])';
    return (hyperparameters as readonly string[]).includes(e.name) ? `u.${e.name}` : e.name;
  }
  if (e.kind === 'binary') return `(${wgsl(e.left)} ${e.operator} ${wgsl(e.right)})`;
  const args = e.args.map(wgsl);
  if (e.name === 'shrink')
    return `select(${args[0]} - ${args[1]} * sign(${args[0]}), 0.0, abs(${args[0]}) <= ${args[1]})`;
  return e.name === 'descend' ? `(${args[0]} - ${args[1]} * sign(${args[2]}))` : `${e.name}(${args.join(', ')})`;
}

const list = (n: number) => [...Array(n).keys()];
const shaders = new Map<string, Shader>();

/** The update of `count` parameters. */
function shaderOf(rule: OptimizerRule, count: number): Shader {
  const name = `update ${rule} ${count}`;
  let shader = shaders.get(name);
  if (!shader) {
    const slots: readonly string[] = rules[rule].slots;
    const assignments = assignmentsOf(rule).map(({ name, value }) => {
      return `${name === 'w' || slots.includes(name) ? '' : 'let '}${name} = ${wgsl(value)};`;
    });
    const lines = [
      'var w = arena[at];',
      ...slots.map((slot, k) => `var ${slot} = arena[a${k}];`),
      ...assignments,
      ...slots.map((slot, k) => `arena[a${k}] = ${slot};`),
      'arena[at] = w;',
    ];
    shader = {
      name,
      outputs: { arena: 'f32' },
      inputs: Object.fromEntries(list(count).map((i) => [`g${i}`, 'f32'])),
      uniforms: Object.fromEntries([
        ...hyperparameters.map((key) => [key, 'f32']),
        ...['power0', 'power1'].map((key) => [key, 'u32']),
        ...list(count).flatMap((i) =>
          [`n${i}`, `w${i}`, ...slots.map((_, k) => `s${i}_${k}`)].map((key) => [key, 'u32']),
        ),
      ]) as Shader['uniforms'],
      workgroup: [GROUP],
      declarations: `fn update(at: u32, g: f32${slots.map((_, k) => `, a${k}: u32`).join('')}) {
        ${lines.join('\n        ')}
      }`,
      // Each parameter begins with a workgroup of its own: all invocations of a workgroup take the same branch
      main: `
      var i = index;
      ${list(count)
        .map(
          (k) => `if (i < (u.n${k} + ${GROUP - 1}u) / ${GROUP}u * ${GROUP}u) {
        if (i < u.n${k}) { update(u.w${k} + i, g${k}[i]${slots.map((_, s) => `, u.s${k}_${s} + i`).join('')}); }
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

/** Makes β₁ᵗ and β₂ᵗ those of the next step. */
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
    backend.runShader(shaderOf(rule, gradients.length), [arena.info], gradients, values, groups);
  }
  if (powers.length > 0) backend.runShader(powersShader, [arena.info], [], { ...shared, count: powers.length }, 1);
}

export const optimizer: Record<string, OpKernel> = {
  [ops.UpdateParameters.name]: ({ attrs, backend }) => {
    update(backend, attrs as unknown as UpdateParametersAttrs);
    return [];
  },
};
