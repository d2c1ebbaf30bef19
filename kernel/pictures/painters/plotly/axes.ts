// Places and drawing of the axes of a flat figure: margins, lengths, grids, ticks, titles.
import { el, fitted, label, LIGHT, n, WIDTH, widthOf } from '../../svg.ts';
import { type Axis, placed, type Tick, ticksOf } from './axis.ts';
import { type Plane, rectOf } from './plane.ts';
import { listOf, numberOf } from './values.ts';
import { type Scene, SIZE } from './scene.ts';

export interface Inner {
  left: number;
  top: number;
  width: number;
  height: number;
}

const TICK_HEIGHT = 16;
export const shows = (axis: Axis) => axis.settings['visible'] !== false;
const labeled = (axis: Axis) => shows(axis) && axis.settings['showticklabels'] !== false;

/** @param placed whether the axes have their lengths already */
export function marginsOf({ axes }: Scene, { top, right }: { top: number; right: number }, placed = false) {
  let [left, bottom] = [18, 18];
  for (const [id, axis] of axes) {
    if (!shows(axis)) continue;
    const title = axis.title ? 20 : 0;
    if (id.startsWith('y')) {
      if (axis.settings['side'] === 'right') continue;
      const widths = labeled(axis) ? ticksOf(axis, 7).map(({ text }) => Math.min(120, widthOf(text, SIZE))) : [];
      left = Math.max(left, 14 + Math.max(0, ...widths) + title);
    } else {
      const ticks = labeled(axis)
        ? tilted(axis, placed ? Math.abs(axis.ends[1] - axis.ends[0]) : WIDTH - left - right)
        : { tilt: false, deep: 0 };
      bottom = Math.max(bottom, 10 + (labeled(axis) ? (ticks.tilt ? ticks.deep + 6 : TICK_HEIGHT) : 0) + title);
    }
  }
  return { left, bottom, top, right };
}

/** Whether the names below an axis are too wide to stand side by side, and the height that they need then. */
function tilted(axis: Axis, width: number): { tilt: boolean; deep: number } {
  if (axis.type !== 'category') return { tilt: false, deep: 0 };
  const ticks = ticksOf(axis, 40);
  const room = width / Math.max(1, ticks.length);
  const widest = Math.max(0, ...ticks.map(({ text }) => widthOf(text, SIZE)));
  return widest <= room - 6 ? { tilt: false, deep: 0 } : { tilt: true, deep: Math.min(110, widest) * 0.72 + 8 };
}

export function layOutAxes({ axes }: Scene, inner: Inner): void {
  for (const [id, axis] of axes) {
    const domain = listOf(axis.settings['domain'])?.map(numberOf);
    const [from, to] = domain?.length === 2 && domain.every(Number.isFinite) ? domain : [0, 1];
    axis.ends = id.startsWith('x')
      ? [inner.left + inner.width * from!, inner.left + inner.width * to!]
      : [inner.top + inner.height * (1 - from!), inner.top + inner.height * (1 - to!)];
  }
  for (const [id, axis] of axes) {
    const other = axes.get(String(axis.settings['scaleanchor'] ?? ''));
    if (other && id !== axis.settings['scaleanchor'])
      equalize(axis, other, numberOf(axis.settings['scaleratio'] ?? 1) || 1);
  }
}

/** Makes a unit of both axes equally long: an axis gets less room, or a wider range. */
function equalize(a: Axis, b: Axis, ratio: number): void {
  const unit = ({ range, ends }: Axis) => Math.abs(ends[1] - ends[0]) / Math.abs(range[1] - range[0] || 1);
  const [ua, ub] = [unit(a) / ratio, unit(b)];
  const [loose, share] = ua > ub ? [a, ub / ua] : [b, ua / ub];
  if (loose.settings['constrain'] === 'domain') {
    const [from, to] = loose.ends;
    const cut = ((to - from) * (1 - share)) / 2;
    loose.ends = [from + cut, to - cut];
  } else {
    const [low, high] = loose.range;
    const more = ((high - low) * (1 / share - 1)) / 2;
    loose.range = [low - more, high + more];
  }
}

const wantedBeside = (axis: Axis) => Math.max(2, Math.min(8, Math.abs(axis.ends[1] - axis.ends[0]) / 42));
const wantedBelow = (axis: Axis) =>
  axis.type === 'category' ? 40 : Math.max(2, Math.min(8, Math.abs(axis.ends[1] - axis.ends[0]) / 75));

export function gridOf(plane: Plane): string {
  const { left, top, width, height } = rectOf(plane);
  let d = '';
  const line = (axis: Axis, tick: Tick, across: boolean) => {
    const at = placed(axis, tick.at);
    d += across ? `M${n(at)} ${n(top)}v${n(height)}` : `M${n(left)} ${n(at)}h${n(width)}`;
  };
  if (plane.x.settings['showgrid'] !== false && shows(plane.x) && plane.x.type !== 'category')
    ticksOf(plane.x, wantedBelow(plane.x)).forEach((tick) => line(plane.x, tick, true));
  if (plane.y.settings['showgrid'] !== false && shows(plane.y) && plane.y.type !== 'category')
    ticksOf(plane.y, wantedBeside(plane.y)).forEach((tick) => line(plane.y, tick, false));
  return d ? el('path', { d, stroke: LIGHT.grid, 'stroke-width': 1, fill: 'none' }) : '';
}

/** Lines at zero and along the axes. */
export function frameOf(plane: Plane): string {
  const { left, top, width, height } = rectOf(plane);
  let d = '';
  if (shows(plane.x)) d += `M${n(left)} ${n(top + height)}h${n(width)}`;
  if (shows(plane.y)) d += `M${n(left)} ${n(top)}v${n(height)}`;
  const zero = (axis: Axis) =>
    shows(axis) &&
    axis.type === 'linear' &&
    axis.settings['zeroline'] !== false &&
    Math.min(...axis.range) < 0 &&
    Math.max(...axis.range) > 0;
  if (zero(plane.x)) d += `M${n(placed(plane.x, 0))} ${n(top)}v${n(height)}`;
  if (zero(plane.y)) d += `M${n(left)} ${n(placed(plane.y, 0))}h${n(width)}`;
  return d ? el('path', { d, stroke: LIGHT.border, 'stroke-width': 1, fill: 'none' }) : '';
}

/** The lowest place at which an axis is used: of panels below one another, only the last has its numbers. */
function bottomOf(axis: Axis, { traces, axes }: Scene): number {
  const own = traces.filter(({ plane }) => plane.x === axis).map(({ plane }) => plane.y.ends[0]);
  return Math.max(...(own.length > 0 ? own : [axes.get('y')!.ends[0]]));
}

export function axisBelow(axis: Axis, scene: Scene): string {
  const bottom = bottomOf(axis, scene);
  const [from, to] = axis.ends;
  let body = '';
  let deep = 0;
  if (labeled(axis)) {
    const { tilt, deep: needed } = tilted(axis, Math.abs(to - from));
    deep = tilt ? needed + 6 : TICK_HEIGHT;
    for (const { at, text } of ticksOf(axis, wantedBelow(axis))) {
      const x = placed(axis, at);
      body += tilt
        ? label(x + 4, bottom + 14, fitted(text, 110, SIZE), {
            size: SIZE,
            anchor: 'end',
            rotate: -45,
            fill: LIGHT.muted,
          })
        : label(x, bottom + 15, text, { size: SIZE, anchor: 'middle', fill: LIGHT.muted, most: 140 });
    }
  }
  if (axis.title)
    body += label((from + to) / 2, bottom + deep + 17, axis.title, {
      anchor: 'middle',
      most: Math.abs(to - from) + 60,
    });
  return body;
}

export function axisBeside(axis: Axis, { traces, axes }: Scene): string {
  const right = axis.settings['side'] === 'right';
  const own = traces.find(({ plane }) => plane.y === axis)?.plane.x ?? axes.get('x')!;
  const edge = right ? own.ends[1] : own.ends[0];
  let body = '';
  let widest = 0;
  if (labeled(axis)) {
    const height = Math.abs(axis.ends[1] - axis.ends[0]);
    const wanted = axis.type === 'category' ? Math.max(1, height / 14) : wantedBeside(axis);
    for (const { at, text } of ticksOf(axis, wanted)) {
      const shown = fitted(text, 120, SIZE);
      widest = Math.max(widest, widthOf(shown, SIZE));
      body += label(edge + (right ? 6 : -6), placed(axis, at) + 4, shown, {
        size: SIZE,
        anchor: right ? 'start' : 'end',
        fill: LIGHT.muted,
      });
    }
  }
  if (axis.title) {
    const x = right ? edge + widest + 20 : Math.max(14, edge - widest - 18);
    const middle = (axis.ends[0] + axis.ends[1]) / 2;
    body += label(x, middle, axis.title, {
      anchor: 'middle',
      rotate: -90,
      most: Math.abs(axis.ends[1] - axis.ends[0]) + 40,
    });
  }
  return body;
}
