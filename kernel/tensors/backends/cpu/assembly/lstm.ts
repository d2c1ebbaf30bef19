// The recurrent part of an LSTM layer (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000),
// forward and back through time. In each step a thread computes all four gates of its units, matrix product and
// activation in one go. Units are a multiple of 4.
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
export class LstmArgs {
  /**
   * [steps, batch, 4 · units] in the order input, forget, candidate, output: x · kernel + bias; becomes the activated
   * gates.
   */
  gates: usize;
  /** [units, 4 · units], the recurrent weights. */
  recurrent: usize;
  /** [steps + 2, batch, units]: h before the first step, which is given, after each step, and the last c. */
  states: usize;
  /** [steps + 1, batch, units]: c before the first step, which is given, and after each step. */
  cells: usize;
  /** Working memory, `lstmWorkBytes(units)` bytes: the recurrent weights in panels. */
  work: usize;
  steps: i32;
  batch: i32;
  units: i32;
  /** Whether the gates' activation is clip(0.2 x + 0.5, 0, 1) instead of the sigmoid. */
  hard: bool;
}

/** The gradient of what goes into the activations of all steps; gates, states and cells as `lstmForward` left them. */
@unmanaged
export class LstmGradArgs extends LstmArgs {
  /** [steps + 2, batch, units], the gradient of `states`; that of the first is not read. */
  dStates: usize;
  /** [steps, batch, 4 · units], written: the gradient before the activation. */
  dGates: usize;
  /** [batch, units], written: the gradient of the first c. */
  dCell: usize;
}

@unmanaged
class LstmTask extends LstmGradArgs {
  step: i32;
}

/** Bytes of working memory for the packed weights. */
export function lstmWorkBytes(units: i32): i32 {
  return ((units + 7) & ~7) * units * 16;
}

/** Runs all steps. */
export function lstmForward(args: LstmArgs): void {
  const t = changetype<LstmTask>(args);
  const steps = t.steps;
  const units = t.units;
  const panelBytes = <usize>units << 5;
  const panels = (units + 7) >> 3;
  for (let g = 0; g < 4; g++)
    packColumns(t.work + <usize>(g * panels) * panelBytes, t.recurrent + (<usize>(g * units) << 2), <usize>units << 4, units, units);
  for (let step = 0; step < steps; step++) {
    t.step = step;
    parallel(forwardTask.index, chunks(t));
  }
}

function chunks(t: LstmTask): i32 {
  if (threadCount() == 1) return 1;
  const panels = (t.units + 7) >> 3;
  const work = <i64>t.batch * t.units * t.units * 4;
  return max(1, min(panels, min(threadCount() * 4, <i32>min<i64>(work / GRAIN, 1 << 20))));
}

function forwardTask(chunk: i32, chunks: i32): void {
  const t = args<LstmTask>();
  const units = t.units;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tiles = table + TILES_AT; // of the four gates, 6 × 8 each
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
        const panel = t.work + <usize>(g * panels + p) * panelBytes;
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

/** The gradient of what goes into the activations of all steps. */
export function lstmBackward(args: LstmGradArgs): void {
  const t = changetype<LstmTask>(args);
  const steps = t.steps;
  const units = t.units;
  const size = (<usize>t.batch * units) << 2;
  packColumnsTransposed(t.work, t.recurrent, <usize>units << 4, units * 4, units);
  memory.copy(t.dCell, t.dStates + <usize>(steps + 1) * size, size);
  for (let step = steps - 1; step >= 0; step--) {
    t.step = step;
    parallel(backwardTask.index, chunks(t));
  }
}

function backwardTask(chunk: i32, chunks: i32): void {
  const t = args<LstmTask>();
  const units = t.units;
  const panels = (units + 7) >> 3;
  const end = bound(panels, 1, chunk + 1, chunks);
  const table = scratch();
  const tile = table + TILES_AT;
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
    const panel = t.work + ((<usize>(p * units) << 2) << 5);
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
