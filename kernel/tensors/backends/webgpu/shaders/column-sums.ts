// Sums over the rows of a matrix, column by column. They take two stages: there are often few columns and very many
// rows, and a graphics card needs many workgroups.
import type * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import { sizeOf, type Shader } from '../shader.ts';

/** Columns of a workgroup. */
export const WIDE = 16;
/** Rows that a workgroup reads at a time. */
const HIGH = 16;
/** Up to this many rows, a workgroup reads one at a time: combining sums would cost more than it gains. */
const FEW_ROWS = 64;
/** Rows that are worth a workgroup. */
const LEAST_ROWS = 256;
/** Workgroups that share the rows of one column, at most. */
const MOST_SPLITS = 64;
/** Workgroup size of a program with an invocation for each column. */
export const PER_COLUMN = 64;

/** The size of a matrix. */
export interface Size {
  rows: number;
  columns: number;
}

/** A tensor [..., columns] as a matrix. */
export const matrixSize = (x: { shape: number[] }): Size => {
  const columns = x.shape.at(-1)!;
  return { rows: sizeOf(x) / columns, columns };
};

/** How the rows of a matrix are shared out: `splits` workgroups for each column, each reads `high` rows at a time. */
export const splitRows = (rows: number) => ({
  splits: Math.max(1, Math.min(MOST_SPLITS, Math.ceil(rows / LEAST_ROWS))),
  high: rows <= FEW_ROWS ? 1 : HIGH,
});

/** Two values for each element of a matrix, which are to be summed. */
export interface Summands {
  /** For the shader's key. */
  name: string;
  /** WGSL of type vec2f, from the arrays, the number `i` of the element, its `row` and its `column`. */
  value: string;
  /** The arrays, by their names. */
  inputs: Record<string, tf.TensorInfo>;
  /** More uniforms, of type f32. */
  uniforms?: Record<string, number>;
}

/**
 * The two sums over the rows of each column.
 * @returns two tensors [columns]
 */
export function columnSums(
  backend: WebGpuBackend,
  { rows, columns }: Size,
  { name, value, inputs, uniforms = {} }: Summands,
): [tf.TensorInfo, tf.TensorInfo] {
  const { splits, high } = splitRows(rows);
  const partial = backend.makeTensorInfo([splits, 2, columns], 'float32');
  const floats = Object.fromEntries(Object.keys(uniforms).map((key) => [key, 'f32' as const]));
  const shader: Shader = {
    name: `columnSums ${name} ${high}`,
    outputs: { partial: 'f32' },
    inputs: Object.fromEntries(Object.keys(inputs).map((key) => [key, 'f32'])),
    uniforms: { rows: 'u32', columns: 'u32', splits: 'u32', ...floats },
    workgroup: [WIDE, high],
    declarations: `var<workgroup> part: array<vec2f, ${WIDE * high}>;`,
    main: `
  let column = group.x * ${WIDE}u + local.x;
  let from_ = group.y * u.rows / u.splits;
  let to = (group.y + 1u) * u.rows / u.splits;
  var sum = vec2f(0.0);
  if (column < u.columns) {
    for (var row = from_ + local.y; row < to; row += ${high}u) {
      let i = row * u.columns + column;
      sum += ${value};
    }
  }
  part[at] = sum;
  workgroupBarrier();
  for (var half = ${high >> 1}u; half > 0u; half /= 2u) {
    if (local.y < half) { part[at] += part[at + half * ${WIDE}u]; }
    workgroupBarrier();
  }
  if (local.y == 0u && column < u.columns) {
    partial[(2u * group.y) * u.columns + column] = part[at].x;
    partial[(2u * group.y + 1u) * u.columns + column] = part[at].y;
  }`,
  };
  const values = { rows, columns, splits, ...uniforms };
  backend.runShader(shader, [partial], Object.values(inputs), values, [Math.ceil(columns / WIDE), splits, 1]);
  const sum = () => backend.makeTensorInfo([columns], 'float32');
  const sums: [tf.TensorInfo, tf.TensorInfo] = [sum(), sum()];
  backend.runShader(addSplits, sums, [partial], { columns, splits }, Math.ceil(columns / PER_COLUMN));
  backend.disposeData(partial.dataId);
  return sums;
}

const addSplits: Shader = {
  name: 'columnSums addSplits',
  outputs: { a: 'f32', b: 'f32' },
  inputs: { partial: 'f32' },
  uniforms: { columns: 'u32', splits: 'u32' },
  workgroup: [PER_COLUMN],
  main: `
  if (index >= u.columns) { return; }
  var sum = vec2f(0.0);
  for (var s = 0u; s < u.splits; s++) {
    sum += vec2f(partial[2u * s * u.columns + index], partial[(2u * s + 1u) * u.columns + index]);
  }
  a[index] = sum.x;
  b[index] = sum.y;`,
};
