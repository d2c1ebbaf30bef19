// Edges of a graph and the texts above and below its nodes: no edge crosses those of the nodes at its ends.
import { describe, expect, it } from 'vitest';
import { visible } from '../../../../renderers/graph/fold.ts';
import { place, type Direction, type Size } from '../../../../renderers/graph/layout.ts';
import type { GraphPayload } from '../../../../renderers/graph/payload.ts';

const node = (kind: 'input' | 'op', label: string) => ({ kind, label, outputs: [{ shape: [3], dtype: 'float32' }] });
/** `(w · x + b)²`: signs are small circles below long gradients. */
const payload: GraphPayload = {
  ...{ kind: 'autodiff', title: '', groups: [], numbers: new Float64Array(0) },
  nodes: [node('input', 'w'), node('input', 'x'), node('op', 'mul'), node('input', 'b'), node('op', 'add')],
  edges: [
    { from: 0, to: 2 },
    { from: 1, to: 2 },
    { from: 2, to: 4 },
    { from: 3, to: 4 },
  ],
};
/** A circle of 30 pixels under a gradient and over a value, both of 120 pixels. */
const size: Size = {
  ...{ box: { width: 30, height: 30, round: true }, width: 124, height: 66, up: 32, down: 30 },
};

function crossings(direction: Direction): string[] {
  const view = visible(payload, new Set());
  const placed = place(payload, view, new Map(view.items.map(({ id }) => [id, size])), direction);
  const found: string[] = [];
  for (const { link, points } of placed.links)
    for (const id of [link.from, link.to]) {
      const { x, y } = placed.items.get(id)!;
      for (let i = 1; i < points.length; i++)
        for (let t = 0; t <= 1; t += 0.05) {
          const [a, b] = [points[i - 1]!, points[i]!];
          const dx = a.x + t * (b.x - a.x) - x;
          const dy = a.y + t * (b.y - a.y) - y;
          if (Math.abs(dx) < 59 && Math.abs(dy) > 17 && dy > -31 && dy < 29)
            found.push(`${link.from}→${link.to} at ${id}`);
        }
    }
  return [...new Set(found)];
}

describe('edges', () => {
  it.for<Direction>(['right', 'down'])('to the %s do not cross the texts of the nodes that they join', (direction) => {
    expect(crossings(direction)).toEqual([]);
  });

  it('end at their nodes', () => {
    const view = visible(payload, new Set());
    const { links, items } = place(payload, view, new Map(view.items.map(({ id }) => [id, size])), 'right');
    for (const { link, points } of links) {
      const [from, to] = [items.get(link.from)!, items.get(link.to)!];
      expect(Math.hypot(points[0]!.x - from.x, points[0]!.y - from.y)).toBeCloseTo(15);
      expect(Math.hypot(points.at(-1)!.x - to.x, points.at(-1)!.y - to.y)).toBeCloseTo(15);
      expect(points.at(-1)!.x).toBeLessThan(to.x);
    }
  });
});
