// Fewer points where a plot would hold more than can be seen: a page with 10⁶ of them would freeze.

/** A curve of more points is thinned. */
const MOST_LINE = 20_000;
/** Of more dots, those at almost the same place are drawn once. */
const MOST_DOTS = 20_000;
/** Places at which a thinned curve keeps its first, least, greatest and last value. */
const PLACES = 3000;
/** Cells along each axis in which one dot of many is kept. */
const CELLS = 240;

/**
 * Numbers of the points of a curve that are kept; undefined for all. Each stretch of equally many neighbors keeps its
 * first, least, greatest and last point, and a gap if it has one, so that peaks stay.
 */
export function keptOfCurve(y: ArrayLike<number>): number[] | undefined {
  if (y.length <= MOST_LINE) return undefined;
  const kept: number[] = [];
  for (let place = 0; place < PLACES; place++) {
    const from = Math.floor((place * y.length) / PLACES);
    const to = Math.floor(((place + 1) * y.length) / PLACES);
    let [low, high, gap] = [-1, -1, -1];
    for (let i = from; i < to; i++) {
      const v = y[i]!;
      if (!Number.isFinite(v)) gap = i;
      else {
        if (low < 0 || v < y[low]!) low = i;
        if (high < 0 || v > y[high]!) high = i;
      }
    }
    kept.push(...[...new Set([from, low, high, gap, to - 1])].filter((i) => i >= 0).sort((a, b) => a - b));
  }
  return kept;
}

/**
 * Numbers of the points that are kept; undefined for all. In each cell of a fine grid over all points, one stays.
 * @param spans extents along the axes
 * @param axes coordinates along each axis
 */
export function keptOfCloud(
  axes: readonly ArrayLike<number>[],
  spans: readonly (readonly [number, number] | undefined)[],
): number[] | undefined {
  const n = axes[0]!.length;
  if (n <= MOST_DOTS) return undefined;
  const cells = axes.length === 2 ? CELLS : Math.round(CELLS / 6);
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let i = 0; i < n; i++) {
    let key = 0;
    for (const [a, axis] of axes.entries()) {
      const [low, high] = spans[a] ?? [0, 1];
      const at = Math.floor(((axis[i]! - low) / (high - low || 1)) * cells);
      key = Number.isFinite(at) ? key * (cells + 1) + at : NaN;
    }
    if (Number.isNaN(key) || seen.has(key)) continue;
    seen.add(key);
    kept.push(i);
  }
  return kept;
}

/** These entries of a list. */
export const pick = (list: Float64Array, kept: readonly number[] | undefined): Float64Array =>
  kept ? Float64Array.from(kept, (i) => list[i]!) : list;
