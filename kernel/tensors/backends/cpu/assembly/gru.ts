// The recurrent part of a GRU layer (Cho et al. 2014), forward and back through time: with the reset gate before the
// product with the recurrent weights of the candidate, as there, or after it, as in cuDNN, Keras and PyTorch.
//   z = σ(xz + h·Rz + bz)    r = σ(xr + h·Rr + br)
//   before: n = tanh(xn + (r·h)·Rn)    after: n = tanh(xn + r·(h·Rn + bn))
//   h′ = z·h + (1 − z)·n, and h′ = h where a step is masked
// In each step a thread computes all gates of its units, matrix product and activation in one go. `before` needs two
// phases a step, because its second product needs r of all units. Units are a multiple of 4.
import { activate, slope } from './gates';
import { packColumns, packColumnsTransposed } from './matmul';
import { tanh4 } from './math';
import { args, bound, parallel, scratch, threadCount } from './pool';
import { gatherTile } from './tile';

/** Multiplications below which a chunk of its own costs more than it saves. */
const GRAIN: i32 = 65536;
/** Where tiles of products begin in scratch memory, behind their table. */
const TILES_AT: usize = 256;

/** The recurrent part of the layer: all time steps. */
@unmanaged
export class GruArgs {
  /** [steps, batch, 3 · units] in the order update, reset, candidate: x · kernel + bias; becomes the activated gates. */
  gates: usize;
  /** [steps, batch, units], written: h · Rn + bn if `after`, else r · h. */
  inner: usize;
  /** [units, 3 · units], the recurrent weights. */
  recurrent: usize;
  /** [3 · units], the biases of the products with h; read only if `after`. */
  recurrentBias: usize;
  /** [steps + 1, batch, units]: h before the first step, which is given, and after each step. */
  states: usize;
  /** [steps, batch], 0 where a step is masked; address 0 if none is. */
  mask: usize;
  /** Working memory, `gruWorkBytes(units)` bytes: the recurrent weights in panels. */
  work: usize;
  steps: i32;
  batch: i32;
  units: i32;
  /** Whether the gates' activation is clip(0.2 x + 0.5, 0, 1) instead of the sigmoid. */
  hard: bool;
  /** Whether the reset gate comes after the product with the recurrent weights. */
  after: bool;
}

/** The gradient of what goes into the activations of all steps; gates, inner and states as `gruForward` left them. */
@unmanaged
export class GruGradArgs extends GruArgs {
  /** [steps + 1, batch, units], the gradient of `states`. */
  dStates: usize;
  /** [steps, batch, 3 · units], written: the gradient of x · kernel + bias. */
  dGates: usize;
  /**
   * Written: the gradient of the products with the recurrent weights. If `after` [steps, batch, 3 · units], else
   * [steps, batch, 2 · units] of the gates, followed by [steps, batch, units] of the candidate.
   */
  dProducts: usize;
  /** [batch, units], written: the gradient of the first h. */
  dState: usize;
}

@unmanaged
class GruTask extends GruGradArgs {
  step: i32;
  phase: i32;
}

/** Bytes of working memory for the packed weights. */
export function gruWorkBytes(units: i32): i32 {
  return ((units + 7) & ~7) * units * 12;
}

/** Runs all steps. */
export function gruForward(args: GruArgs): void {
  const t = changetype<GruTask>(args);
  const steps = t.steps;
  const units = t.units;
  const panelBytes = <usize>units << 5;
  const panels = (units + 7) >> 3;
  for (let g = 0; g < 3; g++)
    packColumns(t.work + <usize>(g * panels) * panelBytes, t.recurrent + (<usize>(g * units) << 2), <usize>(units * 3) << 2, units, units);
  for (let step = 0; step < steps; step++) {
    t.step = step;
    t.phase = 0;
    parallel(forwardTask.index, chunks(t));
    if (t.after) continue;
    t.phase = 1;
    parallel(forwardTask.index, chunks(t));
  }
}

function chunks(t: GruTask): i32 {
  if (threadCount() == 1) return 1;
  const panels = (t.units + 7) >> 3;
  const work = <i64>t.batch * t.units * t.units * 3;
  return max(1, min(panels, min(threadCount() * 4, <i32>min<i64>(work / GRAIN, 1 << 20))));
}

/** All ones where the step of this row is not masked, else zeros. */
// @ts-ignore: decorator
@inline
function kept(t: GruTask, row: i32): v128 {
  if (!t.mask) return i32x4.splat(-1);
  return f32x4.ne(v128.load32_splat(t.mask + (<usize>(t.step * t.batch + row) << 2)), f32x4.splat(0));
}

/** The table of `gatherTile` for rows of one matrix. */
// @ts-ignore: decorator
@inline
function tableOf(table: usize, first: usize, stride: usize, rows: i32): void {
  for (let q = 0; q < 6; q++) store<u32>(table + (<usize>q << 2), <u32>(first + <usize>min(q, rows - 1) * stride));
}

function forwardTask(chunk: i32, chunks: i32): void {
  const t = args<GruTask>();
  const units = t.units;
  const after = t.after;
  const second = t.phase == 1;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tiles = table + TILES_AT; // of the three gates, 6 × 8 each
  const row = <usize>units << 2;
  const size = <usize>t.batch * row;
  const gates = t.gates + <usize>(t.step * 3) * size;
  const inner = t.inner + <usize>t.step * size;
  const h = t.states + <usize>t.step * size;
  const panelBytes = <usize>units << 5;
  const firstGate = second ? 2 : 0;
  const pastGate = after || second ? 3 : 2;
  store<u32>(table, 0, 24);
  for (let p = bound(panels, 1, chunk, chunks); p < end; p++) {
    const column = <usize>p << 5;
    for (let r = 0; r < t.batch; r += 6) {
      const rows = min(6, t.batch - r);
      tableOf(table, (second ? inner : h) + <usize>r * row, row, rows);
      for (let g = firstGate; g < pastGate; g++) {
        let init = gates + <usize>(r * 3 + g) * row + column;
        let stride = row * 3;
        if (after && g == 2) {
          init = t.recurrentBias + 2 * row + column;
          stride = 0;
        }
        const panel = t.work + <usize>(g * panels + p) * panelBytes;
        gatherTile(table, 1, units, panel, 32, tiles + <usize>(g * 192), 32, rows, init, stride, false);
      }
      for (let q = 0; q < rows; q++) {
        const keep = kept(t, r + q);
        for (let j: usize = 0; j < 32 && column + j < row; j += 16) {
          const tile = tiles + (<usize>q << 5) + j;
          const at = <usize>(r + q) * row + column + j;
          const out = gates + <usize>((r + q) * 3) * row + column + j;
          const before = v128.load(h + at);
          let z: v128, n: v128;
          if (second) {
            z = v128.load(out);
            n = tanh4(v128.load(tile, 384));
          } else {
            let ofZ = v128.load(tile);
            let ofR = v128.load(tile, 192);
            if (after) {
              ofZ = f32x4.add(ofZ, v128.load(t.recurrentBias + column + j));
              ofR = f32x4.add(ofR, v128.load(t.recurrentBias + row + column + j));
            }
            z = activate(ofZ, t.hard);
            const reset = activate(ofR, t.hard);
            v128.store(out, z);
            v128.store(out + row, reset);
            if (!after) {
              v128.store(inner + at, f32x4.mul(reset, before));
              continue;
            }
            const product = v128.load(tile, 384);
            v128.store(inner + at, product);
            n = tanh4(f32x4.add(v128.load(out + 2 * row), f32x4.mul(reset, product)));
          }
          v128.store(out + 2 * row, n);
          const next = f32x4.add(f32x4.mul(z, before), f32x4.mul(f32x4.sub(f32x4.splat(1), z), n));
          v128.store(h + size + at, v128.bitselect(next, before, keep));
        }
      }
    }
  }
}

/** The gradient of what goes into the activations of all steps, and of the first state. */
export function gruBackward(args: GruGradArgs): void {
  const t = changetype<GruTask>(args);
  const steps = t.steps;
  const units = t.units;
  const size = (<usize>t.batch * units) << 2;
  const stride = <usize>(units * 3) << 2;
  const ofState = t.after ? units * 3 : units * 2;
  packColumnsTransposed(t.work, t.recurrent, stride, ofState, units);
  if (!t.after) packColumnsTransposed(candidatePanels(t), t.recurrent + (<usize>(units * 2) << 2), stride, units, units);
  memory.fill(t.dState, 0, size);
  // Step -1 is the state before the first
  for (let step = steps - 1; step >= -1; step--) {
    t.step = step;
    t.phase = 0;
    parallel(backwardTask.index, chunks(t));
    if (t.after || step < 0) continue;
    t.phase = 1;
    parallel(resetTask.index, chunks(t));
  }
}

/** Where the panels of Rn begin if the reset gate comes before its product. */
function candidatePanels(t: GruTask): usize {
  const panels = (t.units + 7) >> 3;
  return t.work + (<usize>(panels * t.units * 2) << 5);
}

/** From the gradient of a step's state to that of its gates; of the reset gate only if it comes after the product. */
function backwardTask(chunk: i32, chunks: i32): void {
  const t = args<GruTask>();
  const units = t.units;
  const after = t.after;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + TILES_AT;
  const row = <usize>units << 2;
  const size = <usize>t.batch * row;
  const wide = after ? 3 : 2;
  const gates = t.gates + <usize>(t.step * 3) * size;
  const dGates = t.dGates + <usize>(t.step * 3) * size;
  const dProducts = t.dProducts + <usize>(t.step * wide) * size;
  const dCandidate = t.dProducts + <usize>(t.steps * 2 + t.step) * size;
  const later = dProducts + <usize>wide * size;
  const dh = t.dStates + <usize>(t.step + 1) * size;
  const h = t.states + <usize>t.step * size;
  const inner = t.inner + <usize>t.step * size;
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const last = t.step + 1 == t.steps;
  store<u32>(table, 0, 24);
  for (let p = bound(panels, 1, chunk, chunks); p < end; p++) {
    const column = <usize>p << 5;
    const panel = t.work + ((<usize>(p * units * wide)) << 5);
    for (let r = 0; r < t.batch; r += 6) {
      const rows = min(6, t.batch - r);
      // In the last step nothing comes back from a later one, whose rows would be outside
      tableOf(table, last ? t.dStates : later + <usize>(r * wide) * row, last ? 0 : <usize>wide * row, rows);
      gatherTile(table, last ? 0 : 1, units * wide, panel, 32, tile, 32, rows, dh + <usize>r * row + column, row, false);
      for (let q = 0; q < rows; q++) {
        const keep = t.step < 0 ? zero : kept(t, r + q);
        for (let j: usize = 0; j < 32 && column + j < row; j += 16) {
          const at = <usize>(r + q) * row + column + j;
          const d = f32x4.add(v128.load(tile + (<usize>q << 5) + j), v128.load(t.dState + at));
          if (t.step < 0) {
            v128.store(t.dState + at, d);
            continue;
          }
          const ofNew = v128.bitselect(d, zero, keep);
          const passed = v128.bitselect(zero, d, keep);
          const out = <usize>((r + q) * 3) * row + column + j;
          const z = v128.load(gates + out);
          const n = v128.load(gates + out + 2 * row);
          const dz = f32x4.mul(f32x4.mul(ofNew, f32x4.sub(v128.load(h + at), n)), slope(z, t.hard));
          const dn = f32x4.mul(f32x4.mul(ofNew, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
          v128.store(dGates + out, dz);
          v128.store(dGates + out + 2 * row, dn);
          v128.store(t.dState + at, f32x4.add(passed, f32x4.mul(ofNew, z)));
          const product = dProducts + <usize>((r + q) * wide) * row + column + j;
          v128.store(product, dz);
          if (!after) {
            v128.store(dCandidate + at, dn);
            continue;
          }
          const reset = v128.load(gates + out + row);
          const dr = f32x4.mul(f32x4.mul(dn, v128.load(inner + at)), slope(reset, t.hard));
          v128.store(dGates + out + row, dr);
          v128.store(product + row, dr);
          v128.store(product + 2 * row, f32x4.mul(dn, reset));
        }
      }
    }
  }
}

/** The gradient of the reset gate where it comes before the product: back from that of the candidate of all units. */
function resetTask(chunk: i32, chunks: i32): void {
  const t = args<GruTask>();
  const units = t.units;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + TILES_AT;
  const row = <usize>units << 2;
  const size = <usize>t.batch * row;
  const gates = t.gates + <usize>(t.step * 3) * size;
  const dGates = t.dGates + <usize>(t.step * 3) * size;
  const dProducts = t.dProducts + <usize>(t.step * 2) * size;
  const dCandidate = t.dProducts + <usize>(t.steps * 2 + t.step) * size;
  const h = t.states + <usize>t.step * size;
  store<u32>(table, 0, 24);
  for (let p = bound(panels, 1, chunk, chunks); p < end; p++) {
    const column = <usize>p << 5;
    const panel = candidatePanels(t) + ((<usize>(p * units)) << 5);
    for (let r = 0; r < t.batch; r += 6) {
      const rows = min(6, t.batch - r);
      tableOf(table, dCandidate + <usize>r * row, row, rows);
      gatherTile(table, 1, units, panel, 32, tile, 32, rows, 0, 0, false);
      for (let q = 0; q < rows; q++) {
        for (let j: usize = 0; j < 32 && column + j < row; j += 16) {
          const at = <usize>(r + q) * row + column + j;
          const out = <usize>((r + q) * 3) * row + column + j;
          const d = v128.load(tile + (<usize>q << 5) + j);
          const reset = v128.load(gates + out + row);
          const dr = f32x4.mul(f32x4.mul(d, v128.load(h + at)), slope(reset, t.hard));
          v128.store(dGates + out + row, dr);
          v128.store(dProducts + <usize>((r + q) * 2) * row + row + column + j, dr);
          v128.store(t.dState + at, f32x4.add(v128.load(t.dState + at), f32x4.mul(d, reset)));
        }
      }
    }
  }
}
