// The recurrent part of an LSTM layer (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), forward and back through
// time. In each step a thread computes all four gates of its units, matrix product and activation in one go. Units are a multiple of 4.
import { packColumns, packColumnsTransposed } from './gemm';
import { sigmoid4, tanh4 } from './math';
import { args, bound, parallel, scratch, threadCount } from './pool';
import { gatherTile } from './tile';

@unmanaged
class LstmArgs {
  gates: usize; // [steps, batch, 4 · units] in the order input, forget, candidate, output
  states: usize; // [steps + 2, batch, units]: h before the first step, after each step, and the last c
  cells: usize; // [steps + 1, batch, units]: c before the first step and after each step
  packed: usize; // the recurrent weights in panels
  dStates: usize; // gradient of `states`
  dGates: usize; // gradient before the activation, as `gates`
  dCell: usize; // [batch, units]
  steps: i32;
  step: i32;
  batch: i32;
  units: i32;
  hard: bool;
}

/** Bytes of working memory for the packed weights. */
export function lstmWorkBytes(units: i32): i32 {
  return ((units + 7) & ~7) * units * 16;
}

/**
 * Runs all steps.
 * @param gates [steps, batch, 4 · units]: x · kernel + bias; becomes the activated gates
 * @param recurrent [units, 4 · units]
 * @param states [steps + 2, batch, units], whose first is set
 * @param cells [steps + 1, batch, units], whose first is set
 * @param hard whether the gates' activation is clip(0.2 x + 0.5, 0, 1) instead of the sigmoid
 */
export function lstmForward(
  gates: usize,
  recurrent: usize,
  states: usize,
  cells: usize,
  work: usize,
  steps: i32,
  batch: i32,
  units: i32,
  hard: bool,
): void {
  const t = args<LstmArgs>();
  t.gates = gates;
  t.states = states;
  t.cells = cells;
  t.packed = work;
  t.steps = steps;
  t.batch = batch;
  t.units = units;
  t.hard = hard;
  const panelBytes = <usize>units << 5;
  const panels = (units + 7) >> 3;
  for (let g = 0; g < 4; g++)
    packColumns(work + <usize>(g * panels) * panelBytes, recurrent + (<usize>(g * units) << 2), <usize>units << 4, units, units);
  for (let step = 0; step < steps; step++) {
    t.step = step;
    parallel(forwardTask.index, chunks(t));
  }
}

function chunks(t: LstmArgs): i32 {
  if (threadCount() == 1) return 1;
  const panels = (t.units + 7) >> 3;
  const work = <i64>t.batch * t.units * t.units * 4;
  return max(1, min(panels, min(threadCount() * 4, <i32>min<i64>(work / 65536, 1 << 20))));
}

// @ts-ignore: decorator
@inline
function activate(v: v128, hard: bool): v128 {
  if (!hard) return sigmoid4(v);
  const x = f32x4.add(f32x4.mul(v, f32x4.splat(0.2)), f32x4.splat(0.5));
  return f32x4.max(f32x4.min(x, f32x4.splat(1)), f32x4.splat(0));
}

/** The derivative of the gates' activation, from its value. */
// @ts-ignore: decorator
@inline
function slope(v: v128, hard: bool): v128 {
  const one = f32x4.splat(1);
  if (!hard) return f32x4.mul(v, f32x4.sub(one, v));
  const inside = v128.and(f32x4.gt(v, f32x4.splat(0)), f32x4.lt(v, one));
  return v128.and(inside, f32x4.splat(0.2));
}

function forwardTask(chunk: i32, chunks: i32): void {
  const t = args<LstmArgs>();
  const units = t.units;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tiles = table + 256; // of the four gates, 6 × 8 each
  const row = <usize>units << 2;
  const size = <usize>t.batch * row;
  const gates = t.gates + <usize>(t.step * 4) * size;
  const h = t.states + <usize>t.step * size;
  const c = t.cells + <usize>t.step * size;
  const last = t.step + 1 == t.steps;
  const panelBytes = <usize>units << 5;
  store<u32>(table, 0, 24);
  for (let p = bound(panels, 1, chunk, chunks); p < end; p++) {
    const column = <usize>p << 5;
    for (let r = 0; r < t.batch; r += 6) {
      const rows = min(6, t.batch - r);
      for (let q = 0; q < 6; q++)
        store<u32>(table + (<usize>q << 2), <u32>(h + <usize>(r + min(q, rows - 1)) * row));
      for (let g = 0; g < 4; g++) {
        const init = gates + <usize>(r * 4 + g) * row + column;
        const panel = t.packed + <usize>(g * panels + p) * panelBytes;
        gatherTile(table, 1, units, panel, 32, tiles + <usize>(g * 192), 32, rows, init, row << 2, false);
      }
      for (let q = 0; q < rows; q++) {
        for (let j: usize = 0; j < 32 && column + j < row; j += 16) {
          const z = tiles + (<usize>q << 5) + j;
          const i = activate(v128.load(z), t.hard);
          const f = activate(v128.load(z, 192), t.hard);
          const g = tanh4(v128.load(z, 384));
          const o = activate(v128.load(z, 576), t.hard);
          const at = <usize>(r + q) * row + column + j;
          const cell = f32x4.add(f32x4.mul(f, v128.load(c + at)), f32x4.mul(i, g));
          v128.store(c + size + at, cell);
          v128.store(h + size + at, f32x4.mul(o, tanh4(cell)));
          if (last) v128.store(h + 2 * size + at, cell);
          const out = gates + <usize>((r + q) * 4) * row + column + j;
          v128.store(out, i);
          v128.store(out + row, f);
          v128.store(out + 2 * row, g);
          v128.store(out + 3 * row, o);
        }
      }
    }
  }
}

/**
 * The gradient of what goes into the activations of all steps.
 * @param gates, states, cells as `lstmForward` left them
 * @param dStates [steps + 2, batch, units] gradient of `states`; that of the first is not looked at
 * @param dGates [steps, batch, 4 · units] is set
 * @param dCell [batch, units] is set to the gradient of the first c
 */
export function lstmBackward(
  gates: usize,
  recurrent: usize,
  cells: usize,
  dStates: usize,
  dGates: usize,
  dCell: usize,
  work: usize,
  steps: i32,
  batch: i32,
  units: i32,
  hard: bool,
): void {
  const t = args<LstmArgs>();
  t.gates = gates;
  t.cells = cells;
  t.dStates = dStates;
  t.dGates = dGates;
  t.dCell = dCell;
  t.packed = work;
  t.steps = steps;
  t.batch = batch;
  t.units = units;
  t.hard = hard;
  const size = (<usize>batch * units) << 2;
  packColumnsTransposed(work, recurrent, <usize>units << 4, units * 4, units);
  memory.copy(dCell, dStates + <usize>(steps + 1) * size, size);
  for (let step = steps - 1; step >= 0; step--) {
    t.step = step;
    parallel(backwardTask.index, chunks(t));
  }
}

function backwardTask(chunk: i32, chunks: i32): void {
  const t = args<LstmArgs>();
  const units = t.units;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + 256;
  const row = <usize>units << 2;
  const size = <usize>t.batch * row;
  const gates = t.gates + <usize>(t.step * 4) * size;
  const dGates = t.dGates + <usize>(t.step * 4) * size;
  const next = dGates + 4 * size;
  const dh = t.dStates + <usize>(t.step + 1) * size;
  const before = t.cells + <usize>t.step * size;
  const one = f32x4.splat(1);
  const last = t.step + 1 == t.steps;
  store<u32>(table, 0, 24);
  for (let p = bound(panels, 1, chunk, chunks); p < end; p++) {
    const column = <usize>p << 5;
    const panel = t.packed + ((<usize>(p * units) << 2) << 5);
    for (let r = 0; r < t.batch; r += 6) {
      const rows = min(6, t.batch - r);
      const init = dh + <usize>r * row + column;
      for (let q = 0; q < 6; q++)
        store<u32>(table + (<usize>q << 2), <u32>(next + <usize>((r + min(q, rows - 1)) * 4) * row));
      // In the last step nothing comes back from a later one
      gatherTile(table, last ? 0 : 1, units * 4, panel, 32, tile, 32, rows, init, row, false);
      for (let q = 0; q < rows; q++) {
        for (let j: usize = 0; j < 32 && column + j < row; j += 16) {
          const at = <usize>(r + q) * row + column + j;
          const z = gates + <usize>((r + q) * 4) * row + column + j;
          const out = dGates + <usize>((r + q) * 4) * row + column + j;
          const i = v128.load(z);
          const f = v128.load(z + row);
          const g = v128.load(z + 2 * row);
          const o = v128.load(z + 3 * row);
          const tc = tanh4(v128.load(before + size + at));
          const d = v128.load(tile + (<usize>q << 5) + j);
          const dc = f32x4.add(
            v128.load(t.dCell + at),
            f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(tc, tc))),
          );
          v128.store(out, f32x4.mul(f32x4.mul(dc, g), slope(i, t.hard)));
          v128.store(out + row, f32x4.mul(f32x4.mul(dc, v128.load(before + at)), slope(f, t.hard)));
          v128.store(out + 2 * row, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g))));
          v128.store(out + 3 * row, f32x4.mul(f32x4.mul(d, tc), slope(o, t.hard)));
          v128.store(t.dCell + at, f32x4.mul(dc, f));
        }
      }
    }
  }
}
