// Shaders with a workgroup for each row of a matrix.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OpCall } from '../op-kernel.ts';
import { NAN_BITS, type Shader } from '../shader.ts';
import type { Size } from './column-sums.ts';

/** Workgroup size: invocations that share a row. */
const GROUP = 64;

/** `total` and `largest` of a workgroup's values. All its invocations must call them. */
const reductions = `
var<workgroup> part: array<f32, ${GROUP}>;
fn total(at: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half /= 2u) {
    if (at < half) { part[at] += part[at + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}
fn largest(at: u32, value: f32) -> f32 {
  part[at] = value;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half /= 2u) {
    if (at < half) { part[at] = max(part[at], part[at + half]); }
    workgroupBarrier();
  }
  let most = part[0];
  workgroupBarrier();
  return most;
}`;

type Names = Record<string, string>;

/**
 * A shader with a workgroup for each row. `main` sees `row`, `first` (its first element), `u.rows`, `u.columns` and NaN
 * as `u.nan`.
 */
export function rowShader(
  name: string,
  outputs: Names,
  inputs: Names,
  main: string,
  uniforms: Shader['uniforms'] = {},
): Shader {
  return {
    name,
    outputs,
    inputs,
    uniforms: { rows: 'u32', columns: 'u32', nan: 'u32', ...uniforms },
    workgroup: [GROUP],
    declarations: reductions,
    main: `
  let row = group.x + groups.x * group.y;
  if (row >= u.rows) { return; }
  let first = row * u.columns;
  ${main}`,
  };
}

/** WGSL that runs `body` for each column `i` of the row. */
export const each = (body: string) => `for (var i = at; i < u.columns; i += ${GROUP}u) { ${body} }`;

/** Terms that are added one after the other before their sum is added to the rest. */
const BLOCK = 16;

/**
 * WGSL that adds `value` of each column `i` of the row to `sum`, which is 0 before: sums of blocks and of blocks of
 * blocks, so that rounding errors do not grow with the row.
 */
export const sumEach = (sum: string, value: string) => `{
    var blocks = 0.0;
    var inBlocks = 0u;
    var block = 0.0;
    var inBlock = 0u;
    ${each(`block += ${value};
    inBlock++;
    if (inBlock == ${BLOCK}u) {
      blocks += block;
      block = 0.0;
      inBlock = 0u;
      inBlocks++;
      if (inBlocks == ${BLOCK}u) { ${sum} += blocks; blocks = 0.0; inBlocks = 0u; }
    }`)}
    ${sum} += blocks + block;
  }`;

/**
 * Runs a shader of `rowShader`. The attributes `labelSmoothing` and `epsilon` become uniforms.
 * @returns the outputs
 */
export function runRows(
  { backend, attrs }: OpCall,
  shader: Shader,
  outputs: TensorInfo[],
  inputs: TensorInfo[],
  { rows, columns }: Size,
): TensorInfo[] {
  const smoothing = (attrs['labelSmoothing'] as number | undefined) ?? 0;
  const values = {
    ...{ rows, columns, nan: NAN_BITS },
    ...{ keep: 1 - smoothing, add: smoothing / columns, epsilon: attrs['epsilon'] as number },
  };
  backend.runShader(shader, outputs, inputs, values, rows);
  return outputs;
}
