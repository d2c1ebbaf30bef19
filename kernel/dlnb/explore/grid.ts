// The grid of a panel: which values of its controls are sampled, in which order, and how its frames are packed. Pure.
import { gzipSync } from 'node:zlib';
import {
  combinations,
  indicesOf,
  lastPlace,
  MAX_COMBINATIONS,
  MAX_GRID,
  valueAt,
  type Control,
  type ControlValue,
  type ControlValues,
  type Grid,
  type GridFrames,
  type Part,
} from '../../wire/controls.ts';

/** A slider is sampled at most at this many places, and where controls are many, at least at {@link FEWEST}. */
const MOST = 21;
const FEWEST = 3;
/** A grid in a document is no longer than this, in characters of base64. */
const MAX_BASE64 = 1_000_000;

/**
 * The values of each control that are sampled, so that the combinations are no more than {@link MAX_COMBINATIONS}.
 * Sliders have evenly spaced samples with both ends, and the present value; lists and boxes all of theirs, unless there
 * are too many of them. A button is not pressed.
 */
export function samplesOf(controls: readonly Control[], most = MAX_COMBINATIONS): Grid['samples'] {
  const counts = controls.map((control) =>
    control.kind === 'button' ? 0 : Math.min(lastPlace(control) + 1, control.kind === 'range' ? MOST : Infinity),
  );
  while (counts.reduce((product, n) => product * Math.max(1, n), 1) > most) {
    const coarser = largest(controls, counts, FEWEST);
    // Where coarse sliders do not suffice, the control with most values stays as it is
    const [at, to] = coarser >= 0 ? [coarser, counts[coarser]! - 1] : [largest(controls, counts, 0, true), 0];
    counts[at] = to;
  }
  return controls.map((control, i) => sample(control, counts[i]!));
}

/** The control with most samples, of those with more than `above`. */
function largest(controls: readonly Control[], counts: readonly number[], above: number, any = false): number {
  let found = -1;
  counts.forEach((n, i) => {
    if (n > above && (any || controls[i]!.kind === 'range') && (found < 0 || n > counts[found]!)) found = i;
  });
  return found;
}

function sample(control: Control, count: number): number[] | null {
  if (count < 2) return null;
  if (control.kind !== 'range') return Array.from({ length: lastPlace(control) + 1 }, (_, i) => i);
  const last = lastPlace(control);
  const values = Array.from({ length: count }, (_, i) => valueAt(control, Math.round((i * last) / (count - 1))));
  if (!values.includes(control.value)) {
    // The present value takes the place of the one nearest to it that is no end
    const scale = (v: number) => (control.log ? Math.log(v) : v);
    const away = (v: number) => Math.abs(scale(v) - scale(control.value));
    const inner = values.slice(1, -1);
    const nearest = inner.reduce((best, v) => (away(v) < away(best) ? v : best), inner[0] ?? NaN);
    if (inner.length > 0) values[values.indexOf(nearest)] = control.value;
  }
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The values of a combination. Controls that are not sampled keep their present value. */
export function valuesAt(controls: readonly Control[], samples: Grid['samples'], combination: number): ControlValues {
  const indices = indicesOf(samples, combination);
  return Object.fromEntries(
    controls.map((control, i): [string, ControlValue] => {
      const value = samples[i]?.[indices[i]!];
      if (value === undefined) return [control.name, control.value];
      return [control.name, control.kind === 'check' ? value === 1 : value];
    }),
  );
}

/**
 * All numbers below n in an order in which those of each beginning are spread evenly: if time or room end early, what is
 * there is a coarser grid.
 */
export function spreadOrder(n: number): number[] {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  let stride = Math.max(1, Math.round(n * 0.618));
  while (common(stride, n) !== 1) stride++;
  return Array.from({ length: n }, (_, i) => (i * stride) % n);
}

/** The frames of a grid while it is made: equal outputs are kept once. */
export class Frames {
  private readonly parts: Part[] = [];
  private readonly known = new Map<string, number>();
  private readonly frames: (number[] | null)[];
  /** In the order of their coming. */
  private readonly filled: number[] = [];
  private length = 0;

  constructor(readonly samples: Grid['samples']) {
    this.frames = Array.from({ length: combinations(samples) }, () => null);
  }

  get count(): number {
    return this.filled.length;
  }

  /** @returns whether there is room for more */
  add(combination: number, shown: readonly Part[]): boolean {
    this.frames[combination] = shown.map((part) => {
      const text = JSON.stringify(part);
      let at = this.known.get(text);
      if (at === undefined) {
        at = this.parts.push(part) - 1;
        this.known.set(text, at);
        this.length += text.length;
      }
      return at;
    });
    this.filled.push(combination);
    return this.length < MAX_GRID.bytes / 4;
  }

  /** The grid with all frames; undefined if it is too long for a document. */
  packAll(): Grid | undefined {
    const frames = packFrames({ parts: this.parts, frames: this.frames });
    return frames.length <= MAX_BASE64 ? { samples: this.samples, frames } : undefined;
  }

  /** The grid, with as many frames as fit into a document; undefined if fewer than two do. */
  pack(): Grid | undefined {
    for (let keep = this.filled.length; keep >= 2; keep = Math.floor(keep / 2)) {
      const kept = new Set(this.filled.slice(0, keep));
      const frames = packFrames({ parts: this.parts, frames: this.frames.map((f, i) => (kept.has(i) ? f : null)) });
      if (frames.length <= MAX_BASE64) return { samples: this.samples, frames };
    }
    return undefined;
  }
}

/** Frames as the text of a payload. Outputs that no frame shows are left out. */
export function packFrames({ parts, frames }: GridFrames): string {
  const places = new Map<number, number>();
  const used: Part[] = [];
  const moved = frames.map(
    (frame) =>
      frame &&
      frame.map((i) => {
        if (!places.has(i)) places.set(i, used.push(parts[i]!) - 1);
        return places.get(i)!;
      }),
  );
  return gzipSync(JSON.stringify({ parts: used, frames: moved })).toString('base64');
}
