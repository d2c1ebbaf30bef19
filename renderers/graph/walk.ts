// The target of an arrow key: along an edge, or a neighbor beside the item.
import type { View } from './fold.ts';
import type { Direction, Placed } from './layout.ts';

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/**
 * The item that a key leads to, or undefined: along the flow the nearest end of an edge, across it the nearest item.
 */
export function step(
  view: View,
  placed: Placed,
  direction: Direction,
  from: string,
  key: ArrowKey,
): string | undefined {
  const [back, on, less] =
    direction === 'right' ? ['ArrowLeft', 'ArrowRight', 'ArrowUp'] : ['ArrowUp', 'ArrowDown', 'ArrowLeft'];
  const here = placed.items.get(from)!;
  const [along, across] = direction === 'right' ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const nearest = (ids: string[], distance: (id: string) => number): string | undefined => {
    const far = ids.map((id) => [distance(id), id] as const).filter(([d]) => d < Infinity);
    return far.sort((a, b) => a[0] - b[0])[0]?.[1];
  };
  const at = (id: string) => placed.items.get(id)!;
  const ends = key === back ? view.into.get(from)?.map((l) => l.from) : view.outOf.get(from)?.map((l) => l.to);
  if (key === back || key === on) return nearest(ends ?? [], (id) => Math.abs(at(id)[across] - here[across]));
  const sign = key === less ? -1 : 1;
  const others = view.items.map((i) => i.id).filter((id) => id !== from);
  return nearest(others, (id) => {
    const gap = sign * (at(id)[across] - here[across]);
    const aside = Math.abs(at(id)[along] - here[along]);
    return gap > 1 ? gap + 3 * aside : Infinity;
  });
}
