// Programs of our own for the graphics card: what they bind and how many of them run, around a body in WGSL.
import * as tf from '@tensorflow/tfjs-core';
import type { UniformPart } from './uniforms.ts';

/** A program, named by all that its code depends on. */
export interface Shader {
  name: string;
  /** Element types of what is written and read, by the names that the code has for the arrays. */
  outputs: Record<string, string>;
  inputs: Record<string, string>;
  /** The numbers that it gets, `u.name` in the code, in this order. */
  uniforms: Record<string, 'i32' | 'u32' | 'f32'>;
  /** Invocations of a workgroup. */
  workgroup: [x: number, y?: number, z?: number];
  /** The body of `fn main(local: vec3u, group: vec3u, index: u32)`; `index` counts invocations over all workgroups, which may lie in rows. */
  main: string;
  /** Functions, constants and workgroup variables. */
  declarations?: string;
}

/** Parts of shaders that several share. */
export const helpers = {
  /** Compilers take it that there are no NaNs, and would drop `x != x`. */
  isNan: 'fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
};

/** The WGSL of a shader. */
export function codeOf({ outputs, inputs, uniforms, workgroup, main, declarations = '' }: Shader): string {
  let binding = 0;
  const arrays = [
    ...Object.entries(outputs).map(
      ([n, t]) => `@group(0) @binding(${binding++}) var<storage, read_write> ${n}: array<${t}>;`,
    ),
    ...Object.entries(inputs).map(([n, t]) => `@group(0) @binding(${binding++}) var<storage, read> ${n}: array<${t}>;`),
  ];
  const [x, y = 1, z = 1] = workgroup;
  return `
struct Uniforms { ${Object.entries(uniforms)
    .map(([name, type]) => `${name}: ${type}`)
    .join(', ')} }
${arrays.join('\n')}
@group(0) @binding(${binding}) var<uniform> u: Uniforms;
${helpers.isNan}
${declarations}
@compute @workgroup_size(${x}, ${y}, ${z})
fn start(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u,
         @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32) {
  let index = (group.x + groups.x * (group.y + groups.y * group.z)) * ${x * y * z}u + at;
  ${main}
}`;
}

/** The numbers of a shader's uniforms in its order. */
export function uniformParts({ uniforms }: Shader, values: Record<string, number>): UniformPart[] {
  return Object.entries(uniforms).map(([name, type]) => ({
    type: type === 'f32' ? 'float32' : type === 'i32' ? 'int32' : 'uint32',
    data: [values[name]!],
  }));
}

/** So many workgroups, in rows where there are more than one row may have. */
export function rowsOf(groups: number, most: number): [number, number, number] {
  if (groups <= most) return [groups, 1, 1];
  const rows = Math.ceil(groups / most);
  return [Math.ceil(groups / rows), rows, 1];
}

export const sizeOf = (t: { shape: number[] }): number => tf.util.sizeFromShape(t.shape);
