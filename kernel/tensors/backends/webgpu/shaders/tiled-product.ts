// Products of matrices, tile by tile in the memory of a workgroup. The matrices may be implicit: functions give their
// elements.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import type { Shader } from '../shader.ts';

/** Columns of the left matrix, and rows of the right one, that a workgroup reads at a time. */
const DEEP = 16;
/** Rows and columns of the product that one invocation computes. */
const OWN = 4;
/**
 * Rows and columns that a workgroup computes: the large tile reads less, the small one wastes less on small products.
 */
const TILE = { small: 32, large: 64 } as const;
type Tile = (typeof TILE)[keyof typeof TILE];
/** Columns of the product from which the large tile is used. */
const LARGE_COLUMNS = 48;
/** Workgroups that keep a large graphics card busy. */
const ENOUGH = 256;
/** Columns of the left matrix that are worth a workgroup. */
const LEAST_DEEP = 128;
/** Parts that the sums are cut into, at most. */
const MOST_PARTS = 64;
/** Workgroup size of the program that adds the parts. */
const GROUP = 64;

/** What is done with the sums of a product. */
export interface Finish {
  name: string;
  /** WGSL of the result, from `sum` and the column `n`. */
  expression: string;
  declarations?: string;
  /** Element types of the arrays that it reads, by their names. */
  inputs: Record<string, string>;
  tensors: TensorInfo[];
}

/** A product c[m, n] = Σ a[m, k] · b[k, n]. */
export interface Product {
  name: string;
  /** Element types of the arrays that `a` and `b` read, by their names. */
  inputs: Record<string, string>;
  /** Constants and the functions `a(m, k)` and `b(k, n)`. Their arguments are i32 and within the bounds. */
  declarations: string;
  m: number;
  n: number;
  k: number;
  /** Which index of `a` moves to the next element in memory. */
  along: 'm' | 'k';
  finish?: Finish;
}

function productShader({ name, inputs, declarations, along }: Product, tile: Tile, finish: Finish): Shader {
  const side = tile / OWN;
  const threads = side * side;
  const perThread = (tile * DEEP) / threads;
  const [row, column] = along === 'm' ? [`at_ % ${tile}`, `at_ / ${tile}`] : [`at_ / ${DEEP}`, `at_ % ${DEEP}`];
  const each = (f: (i: number) => string) => [...Array(OWN).keys()].map(f).join('\n');
  return {
    name: `${name} ${tile} ${finish.name}`,
    outputs: { c: 'f32' },
    inputs: { ...inputs, ...finish.inputs },
    uniforms: { m: 'i32', n: 'i32', k: 'i32', parts: 'i32' },
    workgroup: [side, side],
    declarations: `${declarations}
${finish.declarations ?? ''}
fn finish(sum: f32, n: u32) -> f32 { return ${finish.expression}; }
var<workgroup> left: array<f32, ${tile * DEEP}>;
var<workgroup> right: array<f32, ${tile * DEEP}>;`,
    main: `
  let firstRow = i32(group.x) * ${tile};
  let firstColumn = i32(group.y) * ${tile};
  let part = i32(group.z);
  // The sum over k is cut into parts, each a matrix of its own
  let blocks = (u.k + ${DEEP - 1}) / ${DEEP};
  let first = blocks * part / u.parts * ${DEEP};
  var end = blocks * (part + 1) / u.parts * ${DEEP};
  if (part + 1 == u.parts) { end = u.k; }
  ${each((i) => `var sum${i} = vec4f(0.0);`)}
  for (var k0 = first; k0 < end; k0 += ${DEEP}) {
    for (var i = 0; i < ${perThread}; i++) {
      let at_ = i32(at) + i * ${threads};
      let r = ${row};
      let q = ${column};
      var value = 0.0;
      if (firstRow + r < u.m && k0 + q < end) { value = a(firstRow + r, k0 + q); }
      left[q * ${tile} + r] = value;
      let d = at_ / ${tile};
      let e = at_ % ${tile};
      value = 0.0;
      if (firstColumn + e < u.n && k0 + d < end) { value = b(k0 + d, firstColumn + e); }
      right[at_] = value;
    }
    workgroupBarrier();
    for (var q = 0; q < ${DEEP}; q++) {
      let x = q * ${tile} + i32(local.x) * ${OWN};
      let y = q * ${tile} + i32(local.y) * ${OWN};
      let columns = vec4f(right[x], right[x + 1], right[x + 2], right[x + 3]);
      ${each((i) => `sum${i} += left[y + ${i}] * columns;`)}
    }
    workgroupBarrier();
  }
  let column = firstColumn + i32(local.x) * ${OWN};
  ${each(
    (i) => `{
    let r = firstRow + i32(local.y) * ${OWN} + ${i};
    for (var e = 0; e < ${OWN}; e++) {
      if (r < u.m && column + e < u.n) { c[(part * u.m + r) * u.n + column + e] = finish(sum${i}[e], u32(column + e)); }
    }
  }`,
  )}`,
  };
}

/** Adds the parts of the sums. */
const addParts = ({ name, expression, declarations = '', inputs }: Omit<Finish, 'tensors'>): Shader => ({
  name: `product addParts ${name}`,
  outputs: { y: 'f32' },
  inputs: { partial: 'f32', ...inputs },
  uniforms: { size: 'u32', columns: 'u32', parts: 'u32' },
  declarations: `${declarations}
fn finish(sum: f32, n: u32) -> f32 { return ${expression}; }`,
  workgroup: [GROUP],
  main: `
  if (index >= u.size) { return; }
  var sum = 0.0;
  for (var p = 0u; p < u.parts; p++) { sum += partial[p * u.size + index]; }
  y[index] = finish(sum, index % u.columns);`,
});

const unchanged: Finish = { name: 'as it is', expression: 'sum', inputs: {}, tensors: [] };

const shaders = new Map<string, Shader>();

function find(key: string, make: () => Shader): Shader {
  let shader = shaders.get(key);
  if (!shader) shaders.set(key, (shader = make()));
  return shader;
}

/**
 * Computes a product.
 * @param inputs the tensors of `product.inputs`
 * @param shape of the result, of m · n elements
 * @returns undefined if it is too large for the device
 */
export function runProduct(
  backend: WebGpuBackend,
  product: Product,
  inputs: TensorInfo[],
  shape: number[],
): TensorInfo | undefined {
  const { m, n, k } = product;
  const tile = m >= TILE.large && n >= LARGE_COLUMNS ? TILE.large : TILE.small;
  const [rows, columns] = [Math.ceil(m / tile), Math.ceil(n / tile)];
  if (Math.max(rows, columns) > backend.device.limits.maxComputeWorkgroupsPerDimension) return undefined;
  const [byGroups, byDepth] = [Math.floor(ENOUGH / (rows * columns)), Math.floor(k / LEAST_DEEP)];
  const parts = Math.max(1, Math.min(MOST_PARTS, byGroups, byDepth));
  const { finish = unchanged } = product;
  // The sums are complete only when the parts have been added
  const now = parts > 1 ? unchanged : finish;
  const shader = find(`${product.name} ${tile} ${now.name}`, () => productShader(product, tile, now));
  const y = backend.makeTensorInfo(shape, 'float32');
  const sums = parts > 1 ? backend.makeTensorInfo([parts, m, n], 'float32') : y;
  backend.runShader(shader, [sums], [...inputs, ...now.tensors], { m, n, k, parts }, [rows, columns, parts]);
  if (parts === 1) return y;
  const adding = find(`add ${finish.name}`, () => addParts(finish));
  const values = { size: m * n, columns: n, parts };
  backend.runShader(adding, [y], [sums, ...finish.tensors], values, Math.ceil((m * n) / GROUP));
  backend.disposeData(sums.dataId);
  return y;
}
