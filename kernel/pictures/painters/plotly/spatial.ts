// A plotly figure in three dimensions, seen from its camera: surfaces, meshes, lines and points, the farthest first.
import { isRecord } from '../../../wire/fields.ts';
import type { Figure } from '../../../../renderers/plotly/figure.ts';
import { el, label, LIGHT, n, paintOf, WIDTH, wrapped, type Drawing } from '../../svg.ts';
import { axisOf, coordinate, statedRange, ticksOf, type Axis } from './axis.ts';
import { colorBar, colorBarOf, swatch } from './legend.ts';
import { span } from './plane.ts';
import { colorsOf, dot, modeOf, traceColor } from './scatter.ts';
import {
  colorRange,
  field,
  lineOf,
  listOf,
  matrixOf,
  numberOf,
  rampOf,
  seriesColor,
  titleOf,
  type Trace,
} from './values.ts';

type Vector = [number, number, number];

/** The types that are drawn. */
export const SPATIAL = new Set(['surface', 'scatter3d', 'mesh3d']);

const HEIGHT = 430;
/** A surface of more cells is drawn from every k-th row and column. */
const MOST_SIDE = 64;
const MOST_DOTS = 4000;
const DEFAULT_EYE: Vector = [1.25, 1.25, 0.85];

interface Piece {
  /** Distance from the eye: far pieces are drawn first. */
  depth: number;
  body: string;
}

interface Space {
  axes: [Axis, Axis, Axis];
  /** Half the length of the box along each axis. */
  box: Vector;
  project(at: Vector): [x: number, y: number, depth: number];
}

/** @param note a line under the title */
export function spatialPicture({ data, layout }: Figure, note: string | undefined): Drawing {
  const traces = data.map((trace, index) => ({ trace, index })).filter(({ trace }) => trace['visible'] !== false);
  let top = 10;
  let head = '';
  const title = titleOf(layout['title']);
  for (const line of title ? wrapped(title, WIDTH - 24, 2, 14) : []) {
    head += label(WIDTH / 2, top + 15, line, { size: 14, anchor: 'middle' });
    top += 19;
  }
  if (note) {
    head += label(WIDTH / 2, top + 13, note, { size: 11, anchor: 'middle', fill: LIGHT.muted, most: WIDTH - 24 });
    top += 18;
  }
  const named = traces.filter(
    ({ trace }) => trace['type'] === 'scatter3d' && trace['showlegend'] !== false && trace['name'] !== undefined,
  );
  if (named.length > 1 && layout['showlegend'] !== false) {
    named.slice(0, 5).forEach(({ trace, index }, i) => {
      head +=
        swatch(trace, index, 16 + i * 122, top + 11) +
        label(42 + i * 122, top + 15, lineOf(trace['name']), { size: 11, most: 92 });
    });
    top += 20;
  }
  const bar = barOf(traces.map(({ trace }) => trace));
  const space = spaceOf(
    layout,
    traces.map(({ trace }) => trace),
    { top, width: WIDTH - (bar?.width ?? 0) },
  );
  const pieces = traces.flatMap(({ trace, index }) => piecesOf(trace, index, space));
  pieces.sort((a, b) => b.depth - a.depth);
  let body = head + walls(space) + pieces.map((piece) => piece.body).join('');
  if (bar) body += colorBar(bar, WIDTH - bar.width - 6, top + 60, HEIGHT - 150);
  return { width: WIDTH, height: top + HEIGHT, body };
}

function barOf(traces: readonly Trace[]) {
  const surface = traces.find((t) => t['type'] === 'surface' && t['showscale'] !== false);
  if (surface) return colorBarOf(surface, surfaceRange(surface));
  const colored = traces.find((t) => field(t, 'marker', 'showscale') === true && listOf(field(t, 'marker', 'color')));
  if (!colored) return undefined;
  const values = listOf(field(colored, 'marker', 'color'))!.map(numberOf);
  return colorBarOf(
    colored['marker'],
    colorRange(values, field(colored, 'marker', 'cmin'), field(colored, 'marker', 'cmax')),
  );
}

/** The values of a trace along each axis. */
function listsOf(trace: Trace): [unknown[], unknown[], unknown[]] {
  if (trace['type'] !== 'surface')
    return ['x', 'y', 'z'].map((key) => listOf(trace[key]) ?? []) as [unknown[], unknown[], unknown[]];
  const z = matrixOf(trace['z']);
  const flat = (key: string, count: number) => {
    const list = listOf(trace[key]);
    return list
      ? Array.isArray(list[0])
        ? (list as unknown[][]).flat()
        : list
      : Array.from({ length: count }, (_, i) => i);
  };
  return [flat('x', Math.max(0, ...z.map((row) => row.length))), flat('y', z.length), z.flat()];
}

function spaceOf(layout: Trace, traces: readonly Trace[], room: { top: number; width: number }): Space {
  const scene = isRecord(layout['scene']) ? layout['scene'] : {};
  const lists = traces.map(listsOf);
  const axes = (['x', 'y', 'z'] as const).map((name, i) => {
    const own = lists.map((list) => list[i]!);
    const axis = axisOf(scene[`${name}axis`], own);
    axis.title ||= name;
    const found = span(own.flatMap((list) => list.map((v) => coordinate(axis, v))));
    const [low, high] = statedRange(axis) ?? found ?? [0, 1];
    axis.range = low === high ? [low - 0.5, high + 0.5] : [low, high];
    return axis;
  }) as [Axis, Axis, Axis];
  const stated = (from: unknown, otherwise: Vector) =>
    ['x', 'y', 'z'].map((key, i) =>
      Number.isFinite(field(from, key)) ? (field(from, key) as number) : otherwise[i]!,
    ) as Vector;
  const ratio = stated(field(scene, 'aspectratio'), [1, 1, 0.8]);
  const most = Math.max(...ratio, 1e-6);
  const box = ratio.map((r) => Math.max(0.05, r / most) / 2) as Vector;
  const eye = stated(field(scene, 'camera', 'eye'), DEFAULT_EYE);
  return { axes, box, project: projection(eye, box, room) };
}

/** A view from the eye to the middle of the box, as large as the room allows. */
function projection(eye: Vector, box: Vector, { top, width }: { top: number; width: number }): Space['project'] {
  const length = Math.hypot(...eye) || 1;
  const d = eye.map((v) => v / length) as Vector;
  const side = Math.hypot(d[0], d[1]);
  // The direction to the right, and upward in the picture; from straight above, x goes to the right
  const right: Vector = side < 1e-6 ? [1, 0, 0] : [-d[1] / side, d[0] / side, 0];
  const up: Vector = [
    d[1] * right[2] - d[2] * right[1],
    d[2] * right[0] - d[0] * right[2],
    d[0] * right[1] - d[1] * right[0],
  ];
  const dot3 = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const distance = Math.max(1.8, length);
  const plain = (at: Vector): [number, number, number] => {
    const depth = distance - dot3(at, d);
    return [dot3(at, right) / depth, dot3(at, up) / depth, depth];
  };
  const corners = [-1, 1].flatMap((x) =>
    [-1, 1].flatMap((y) => [-1, 1].map((z) => plain([x * box[0], y * box[1], z * box[2]]))),
  );
  const [x, y] = [span(corners.map((c) => c[0]))!, span(corners.map((c) => c[1]))!];
  const scale = Math.min((width - 130) / (x[1] - x[0] || 1), (HEIGHT - 80) / (y[1] - y[0] || 1));
  const [cx, cy] = [width / 2 - (scale * (x[0] + x[1])) / 2, top + HEIGHT / 2 - 6 + (scale * (y[0] + y[1])) / 2];
  return (at) => {
    const [u, v, depth] = plain(at);
    return [cx + u * scale, cy - v * scale, depth];
  };
}

/** A point in the box, from coordinates of the axes. */
const inBox = ({ axes, box }: Space, values: readonly number[]): Vector =>
  values.map((v, i) => {
    const [low, high] = axes[i]!.range;
    return ((v - low) / (high - low) - 0.5) * 2 * box[i]!;
  }) as Vector;

/** The three far walls with their grids, and the names and numbers of the axes along the near edges. */
function walls(space: Space): string {
  const { axes, box, project } = space;
  const far = [0, 1, 2].map((i) => {
    const at = (s: number) => project([0, 1, 2].map((k) => (k === i ? s * box[k]! : 0)) as Vector)[2];
    return at(-1) > at(1) ? -1 : 1;
  });
  // The floor is always drawn, also seen from below
  far[2] = -1;
  let d = '';
  const line = (a: Vector, b: Vector) => {
    const [p, q] = [project(a), project(b)];
    d += `M${n(p[0])} ${n(p[1])}L${n(q[0])} ${n(q[1])}`;
  };
  const at = (i: number, value: number, j: number, b: number, k: number, c: number): Vector => {
    const v: Vector = [0, 0, 0];
    v[i] = value;
    v[j] = b * box[j]!;
    v[k] = c * box[k]!;
    return v;
  };
  let body = '';
  for (const i of [0, 1, 2]) {
    const [j, k] = [0, 1, 2].filter((a) => a !== i) as [number, number];
    const [low, high] = axes[i]!.range;
    const ticks = ticksOf(axes[i]!, i === 2 ? 4 : 5);
    // Names stand along the edge of the floor, or of a wall, that is nearest to the eye
    const edge: [number, number] = i === 2 ? [far[0]!, -far[1]!] : [-far[j]!, far[k]!];
    for (const tick of ticks) {
      const value = ((tick.at - low) / (high - low) - 0.5) * 2 * box[i]!;
      line(at(i, value, j, -1, k, far[k]!), at(i, value, j, 1, k, far[k]!));
      line(at(i, value, j, far[j]!, k, -1), at(i, value, j, far[j]!, k, 1));
      const [x, y] = project(at(i, value, j, edge[0] * 1.1, k, edge[1] * (i === 2 ? 1.1 : 1)));
      body += label(x, y + 5, tick.text, { size: 10, anchor: 'middle', fill: LIGHT.muted });
    }
    const [x, y] = project(at(i, 0, j, edge[0] * 1.3, k, edge[1] * (i === 2 ? 1.3 : 1)));
    body += label(x, y + 6, axes[i]!.title, { anchor: 'middle', most: 150 });
    for (const s of [-1, 1]) {
      line(at(i, s * box[i]!, j, -1, k, far[k]!), at(i, s * box[i]!, j, 1, k, far[k]!));
      line(at(i, s * box[i]!, j, far[j]!, k, -1), at(i, s * box[i]!, j, far[j]!, k, 1));
    }
  }
  return el('path', { d, stroke: LIGHT.solidGrid, 'stroke-width': 0.8, fill: 'none' }) + body;
}

function piecesOf(trace: Trace, index: number, space: Space): Piece[] {
  if (trace['type'] === 'surface') return surfacePieces(trace, space);
  if (trace['type'] === 'mesh3d') return meshPieces(trace, index, space);
  return scatterPieces(trace, index, space);
}

const surfaceRange = (trace: Trace): [number, number] => {
  const values = listOf(trace['surfacecolor']) ? matrixOf(trace['surfacecolor']).flat() : matrixOf(trace['z']).flat();
  return colorRange(values, trace['cmin'], trace['cmax'], trace['cmid']);
};

function surfacePieces(trace: Trace, space: Space): Piece[] {
  const z = matrixOf(trace['z']);
  const columns = Math.max(0, ...z.map((row) => row.length));
  const [x, y] = [listOf(trace['x']), listOf(trace['y'])];
  const pick = (list: unknown[] | undefined, r: number, c: number, own: number) => {
    const entry = list ? list[Array.isArray(list[0]) ? r : own] : own;
    return Array.isArray(entry) ? entry[c] : entry;
  };
  const every = (count: number) => {
    const step = Math.max(1, Math.ceil((count - 1) / MOST_SIDE));
    const kept = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
    if (kept.at(-1) !== count - 1 && count > 0) kept.push(count - 1);
    return kept;
  };
  const [rows, across] = [every(z.length), every(columns)];
  const colors = listOf(trace['surfacecolor']) ? matrixOf(trace['surfacecolor']) : z;
  const [low, high] = surfaceRange(trace);
  const ramp = rampOf(trace['colorscale'], trace['reversescale']);
  const points = rows.map((r) =>
    across.map((c) => {
      const at = [
        coordinate(space.axes[0], pick(x, r, c, c)),
        coordinate(space.axes[1], pick(y, r, c, r)),
        coordinate(space.axes[2], z[r]![c]),
      ];
      return at.every(Number.isFinite) ? { at: inBox(space, at), color: colors[r]?.[c] ?? NaN } : undefined;
    }),
  );
  const pieces: Piece[] = [];
  for (let r = 0; r + 1 < rows.length; r++)
    for (let c = 0; c + 1 < across.length; c++) {
      const corners = [points[r]![c], points[r]![c + 1], points[r + 1]![c + 1], points[r + 1]![c]];
      if (corners.some((p) => !p)) continue;
      const real = corners as { at: Vector; color: number }[];
      const value = real.reduce((sum, p) => sum + p.color, 0) / 4;
      const color = shaded(
        ramp((value - low) / (high - low)),
        real.map((p) => p.at),
      );
      pieces.push(
        facet(
          space,
          real.map((p) => p.at),
          color,
        ),
      );
    }
  return pieces;
}

/** A color in the light from above and the left. */
function shaded(color: [number, number, number], corners: readonly Vector[]): string {
  const [a, b, c] = corners as [Vector, Vector, Vector];
  const [u, v] = [b.map((w, i) => w - a[i]!) as Vector, c.map((w, i) => w - a[i]!) as Vector];
  const normal: Vector = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const length = Math.hypot(...normal) || 1;
  const light = Math.abs(normal[0] * 0.3 + normal[1] * -0.35 + normal[2] * 0.89) / length;
  const bright = 0.72 + 0.28 * light;
  return `rgb(${color.map((v) => Math.round(v * bright)).join(',')})`;
}

function facet(space: Space, corners: readonly Vector[], color: string, opacity = 1): Piece {
  const places = corners.map(space.project);
  const d = `M${places.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}Z`;
  // A thin edge of the same color closes the seams between facets
  const body = el('path', {
    d,
    fill: color,
    stroke: color,
    'stroke-width': 0.4,
    opacity: opacity < 1 ? opacity : undefined,
  });
  return { depth: places.reduce((sum, [, , depth]) => sum + depth, 0) / places.length, body };
}

function meshPieces(trace: Trace, index: number, space: Space): Piece[] {
  const points = pointsOf(trace, space);
  const corners = ['i', 'j', 'k'].map((key) => (listOf(trace[key]) ?? []).map(numberOf));
  const { color } = paintOf(trace['color'], seriesColor(index));
  const { r, g, b } = hex(color);
  const opacity = numberOf(trace['opacity'] ?? 1);
  return corners[0]!.slice(0, 6000).flatMap((_, t) => {
    const three = corners.map((list) => points[list[t]!]);
    return three.every((p) => p)
      ? [facet(space, three as Vector[], shaded([r, g, b], three as Vector[]), opacity)]
      : [];
  });
}

function hex(color: string): { r: number; g: number; b: number } {
  const digits = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  const numbers = digits
    ? [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16))
    : (color.match(/\d+/g) ?? []).map(Number);
  return { r: numbers[0] ?? 22, g: numbers[1] ?? 104, b: numbers[2] ?? 184 };
}

function pointsOf(trace: Trace, space: Space): (Vector | undefined)[] {
  const [x, y, z] = listsOf(trace);
  return z.map((_, i) => {
    const at = [x, y, z].map((list, axis) => coordinate(space.axes[axis]!, list[i]));
    return at.every(Number.isFinite) ? inBox(space, at) : undefined;
  });
}

function scatterPieces(trace: Trace, index: number, space: Space): Piece[] {
  const points = pointsOf(trace, space);
  const mode = typeof trace['mode'] === 'string' ? trace['mode'] : modeOf(trace);
  const marker = trace['marker'];
  const colors = listOf(field(marker, 'color'));
  const colorAt = colors && colorsOf(marker, colors, index);
  const plain = paintOf(field(marker, 'color') ?? traceColor(trace, index), seriesColor(index));
  const size = Math.max(2, Math.min(30, numberOf(field(marker, 'size')) || 6));
  const pieces: Piece[] = [];
  if (mode.includes('lines')) {
    const { color } = paintOf(field(trace, 'line', 'color') ?? traceColor(trace, index), seriesColor(index));
    const width = Math.min(8, numberOf(field(trace, 'line', 'width')) || 2);
    for (let i = 1; i < Math.min(points.length, 8000); i++) {
      const [a, b] = [points[i - 1], points[i]];
      if (!a || !b) continue;
      const [p, q] = [space.project(a), space.project(b)];
      const d = `M${n(p[0])} ${n(p[1])}L${n(q[0])} ${n(q[1])}`;
      // A little nearer, so that a line on a surface is not buried in it
      pieces.push({
        depth: (p[2] + q[2]) / 2 - 0.02,
        body: el('path', { d, stroke: color, 'stroke-width': width, 'stroke-linecap': 'round' }),
      });
    }
  }
  if (mode.includes('markers')) {
    const every = Math.max(1, Math.ceil(points.length / MOST_DOTS));
    points.forEach((at, i) => {
      if (!at || i % every !== 0) return;
      const [x, y, depth] = space.project(at);
      const paint = colorAt ? colorAt(i) : plain;
      const alpha = numberOf(field(marker, 'opacity') ?? trace['opacity'] ?? 1);
      const look = {
        fill: paint.color,
        opacity: paint.opacity * (Number.isFinite(alpha) ? alpha : 1),
        edge: '#ffffff',
        edgeWidth: 0.4,
      };
      pieces.push({ depth: depth - 0.04, body: dot('circle', x, y, size / 2 + 0.5, look) });
    });
  }
  return pieces;
}
