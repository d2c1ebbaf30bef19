// Our own programs for the graphics card: what a program binds, its workgroups and a body in WGSL.
import * as tf from '@tensorflow/tfjs-core';
import type { Workgroups } from './data.ts';
import type { UniformPart } from './uniforms.ts';

/** A program. */
export interface Shader {
  /** Differs where the code differs. */
  name: string;
  /** Element types of the arrays that are written, by their names in the code. */
  outputs: Record<string, string>;
  /** Element types of the arrays that are read, by their names in the code. */
  inputs: Record<string, string>;
  /** The numbers that it gets, `u.name` in the code, in this order. */
  uniforms: Record<string, 'i32' | 'u32' | 'f32'>;
  /** Invocations of a workgroup. */
  workgroup: [x: number, y?: number, z?: number];
  /**
   * The body of the entry point. It sees `local` and `group` (the invocation in its workgroup, and the workgroup, as
   * vec3u), `groups` (number of workgroups), `at` (number of the invocation in its workgroup) and `index` (its number
   * over all workgroups).
   */
  main: string;
  /** Functions, constants and workgroup variables. */
  declarations?: string;
}

/** Parts of shaders that several share. */
export const helpers = {
  /** Compilers may assume that there is no NaN and drop `x != x`, so it is known by its bits. */
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

/** The uniforms of a shader, in its order. */
export function uniformParts({ uniforms }: Shader, values: Record<string, number>): UniformPart[] {
  return Object.entries(uniforms).map(([name, type]) => ({
    type: type === 'f32' ? 'float32' : type === 'i32' ? 'int32' : 'uint32',
    data: [values[name]!],
  }));
}

/** Arranges `groups` workgroups in rows of at most `most`. */
export function rowsOf(groups: number, most: number): Workgroups {
  if (groups <= most) return [groups, 1, 1];
  const rows = Math.ceil(groups / most);
  return [Math.ceil(groups / rows), rows, 1];
}

/** The bits of NaN, which WGSL has no literal for: shaders get them as a uniform. */
export const NAN_BITS = 0x7fc00000;

/** The type of the numbers on the graphics card; undefined for types that it does not have. */
export const typeOf = (dtype: tf.DataType): 'f32' | 'i32' | undefined =>
  dtype === 'float32' ? 'f32' : dtype === 'int32' || dtype === 'bool' ? 'i32' : undefined;

export const areFloat = (...tensors: tf.TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

export const sizeOf = (t: { shape: number[] }): number => tf.util.sizeFromShape(t.shape);
