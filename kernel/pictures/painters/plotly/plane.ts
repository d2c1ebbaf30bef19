// The drawing area of two axes, as traces, annotations and shapes see it.
import { coordinate, placed, type Axis } from './axis.ts';

export interface Plane {
  x: Axis;
  y: Axis;
}

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const rectOf = ({ x, y }: Plane): Rect => ({
  left: x.ends[0],
  top: y.ends[1],
  width: x.ends[1] - x.ends[0],
  height: y.ends[0] - y.ends[1],
});

/** The point of a pair of values; NaN where one has no place. Far outside, it stays near the picture. */
export function pointOf({ x, y }: Plane, a: unknown, b: unknown): [number, number] {
  const [cx, cy] = [coordinate(x, a), coordinate(y, b)];
  return [near(placed(x, cx)), near(placed(y, cy))];
}

/** Keeps a place within reach of the picture: huge numbers are no coordinates. */
export const near = (place: number): number => (Number.isNaN(place) ? NaN : Math.max(-5000, Math.min(6000, place)));

/** Least and greatest finite number. */
export function span(values: Iterable<number>): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : undefined;
}
