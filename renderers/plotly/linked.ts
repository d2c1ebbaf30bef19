// Points of all panels that belong to the one under the pointer. No DOM, no plotly.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Figure, PlainObject } from './figure.ts';
import { listOf } from './packed.ts';
import { panelsOf } from './panels.ts';

/**
 * The points to show: in each panel that of the same trace and number. Empty if the panels are not linked.
 * @param points what plotly says is under the pointer
 */
export function linkedPoints({ data, layout }: Figure, points: unknown): PlainObject[] {
  const panels = panelsOf(layout);
  const meta = layout['meta'];
  const point: unknown = Array.isArray(points) ? points[0] : undefined;
  if (!panels || !isRecord(meta) || meta['link'] !== true || !isRecord(point)) return [];
  const curve = Number(point['curveNumber']);
  const number = point['pointNumber'];
  const panelOf = (trace: PlainObject | undefined) => String(trace?.['xaxis'] ?? 'x');
  const traces = data.map((trace, i) => ({ trace, i }));
  const place = traces.filter(({ trace }) => panelOf(trace) === panelOf(data[curve])).findIndex(({ i }) => i === curve);
  return panels.list.flatMap(({ x }): PlainObject[] => {
    const twin = traces.filter(({ trace }) => panelOf(trace) === x.replace('axis', ''))[place];
    if (!twin || twin.trace['hoverinfo'] === 'skip' || !holds(twin.trace, number)) return [];
    return [{ curveNumber: twin.i, pointNumber: number }];
  });
}

/** Whether a trace has a point of this number: of a map of colors, `[row, column]`. */
function holds(trace: PlainObject, number: unknown): boolean {
  if (Array.isArray(number)) {
    const z = listOf(trace['z']);
    const [row, column] = number as number[];
    return (listOf(z?.[row!])?.length ?? -1) > column!;
  }
  return typeof number === 'number' && number < (listOf(trace['y']) ?? listOf(trace['x']) ?? []).length;
}
