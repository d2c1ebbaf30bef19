// Random numbers by Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011): each number depends on the seed and its place
// alone.
import { ops, type RandomAttrs } from '../../../ops.ts';
import { sizeOf, type Shader } from '../shader.ts';
import type { OpKernel } from '../op-kernel.ts';

/** Workgroup size, one number for each invocation. */
const GROUP = 256;
/** Draws after which a truncated normal number is taken to be the mean: all are rejected with probability 0.0455^63. */
const MOST_DRAWS = 64;

/** WGSL that makes a number of four random words. A normal number is that of Box and Muller (1958). */
const kinds: Record<RandomAttrs['kind'], string> = {
  uniform: 'return u.a + (u.b - u.a) * unit(w.x);',
  normal: 'return u.a + u.b * sqrt(-2.0 * log(1.0 - unit(w.x))) * cos(6.28318530718 * unit(w.y));',
  // Rejection: the first draw of this place that is within two standard deviations
  truncatedNormal: `
    var words = w;
    for (var i = 1u; i < ${MOST_DRAWS}u; i++) {
      let z = sqrt(-2.0 * log(1.0 - unit(words.x))) * cos(6.28318530718 * unit(words.y));
      if (abs(z) < 2.0) { return u.a + u.b * z; }
      words = philox(vec4u(at, 0u, i, 0u));
    }
    return u.a;`,
  mask: 'return select(0.0, u.b, unit(w.x) < u.a);',
};

const shaderOf = (kind: RandomAttrs['kind']): Shader => ({
  name: `random ${kind}`,
  outputs: { y: 'f32' },
  inputs: {},
  uniforms: { n: 'u32', seed0: 'u32', seed1: 'u32', a: 'f32', b: 'f32' },
  workgroup: [GROUP],
  declarations: `
fn product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let m1 = (a >> 16u) * (b & 0xffffu);
  let m2 = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (m1 & 0xffffu) + (m2 & 0xffffu);
  return vec2u((a >> 16u) * (b >> 16u) + (m1 >> 16u) + (m2 >> 16u) + (middle >> 16u), (middle << 16u) | (low & 0xffffu));
}
fn philox(counter: vec4u) -> vec4u {
  var c = counter;
  var key = vec2u(u.seed0, u.seed1);
  for (var round = 0; round < 10; round++) {
    let p = product(0xd2511f53u, c.x);
    let q = product(0xcd9e8d57u, c.z);
    c = vec4u(q.x ^ c.y ^ key.x, q.y, p.x ^ c.w ^ key.y, p.y);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
/// In [0, 1), of 24 bits
fn unit(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775390625e-8; }
fn draw(w: vec4u, at: u32) -> f32 { ${kinds[kind]} }`,
  main: 'if (index < u.n) { y[index] = draw(philox(vec4u(index, 0u, 0u, 0u)), index); }',
});

const shaders = new Map<string, Shader>();

const draw: OpKernel = ({ attrs, backend }) => {
  const { shape, kind, a, b, seed } = attrs as unknown as RandomAttrs;
  let shader = shaders.get(kind);
  if (!shader) shaders.set(kind, (shader = shaderOf(kind)));
  const y = backend.makeTensorInfo(shape, 'float32');
  const n = sizeOf(y);
  const values = { n, a, b, seed0: seed[0], seed1: seed[1] };
  backend.runShader(shader, [y], [], values, Math.ceil(n / GROUP));
  return y;
};

export const random: Record<string, OpKernel> = { [ops.Random.name]: draw };
