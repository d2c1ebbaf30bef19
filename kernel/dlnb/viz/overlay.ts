// viz.overlay: several figures on the same axes.
import { checkOptions, type OptionNames } from '../options.ts';
import { cased, checkFigures, colored, fills, isField, isSpatial, joinedFrames, spanOfTraces } from './compose.ts';
import {
  AXES_OPTIONS,
  counted,
  escaped,
  Figure,
  heading,
  layoutOf,
  type AxesOptions,
  type Layout,
  type Trace,
} from './figure.ts';
import { square, unsquare } from './square.ts';

/** Options of {@link overlay}. */
export interface OverlayOptions extends AxesOptions {
  /**
   * Names in the legend: one for each figure, where a figure of several named curves keeps theirs; or one for each curve
   * of all figures, in their order. Those of the curves by default.
   */
  names?: readonly string[];
}

const OVERLAY_OPTIONS: OptionNames<OverlayOptions> = { ...AXES_OPTIONS, names: true };

type Axis = 'xaxis' | 'yaxis';
const AXES = ['xaxis', 'yaxis'] as const;

/**
 * Draws several figures on the same axes, the first at the back: points over a decision boundary, a path over the
 * contours of a loss. Title, labels and ranges are those of the options, else of the first figure that has them. Lines
 * over a map of colors get a rim.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const points = viz.scatter([[0, 1], [1, 2.9], [2, 5.2]], { equal: false });
 * viz.overlay(points, viz.line([[0, 1], [2, 5]]), { names: ['data', 'y = 1 + 2x'], xLabel: 'x' });
 * ```
 * @param parts figures of `viz`, and at the end options
 * @throws TypeError or RangeError if they cannot share axes: flat and spatial ones, or different kinds of axes
 */
export function overlay(...parts: (Figure | OverlayOptions)[]): Figure {
  const where = 'viz.overlay';
  const last = parts.at(-1);
  const options = last !== undefined && !(last instanceof Figure) ? last : {};
  checkOptions(where, options, OVERLAY_OPTIONS);
  const figures: readonly unknown[] = options === last ? parts.slice(0, -1) : parts;
  checkFigures(figures, where, 'viz.overlay(viz.scatter(points), viz.line(curve))');
  const { names } = options;
  const curves = figures.map(({ data: own }) => own.filter(isCurve).length);
  const all = curves.reduce((sum, n) => sum + n, 0);
  const perFigure = names?.length === figures.length;
  if (names && !perFigure && names.length !== all)
    throw new RangeError(
      `${where}: names must hold one name for each figure or for each curve, got ${names.length} for ${counted(figures.length, 'figure')} and ${counted(all, 'curve')}`,
    );
  const spatial = figures.filter(isSpatial);
  if (spatial.length > 0 && spatial.length < figures.length)
    throw new RangeError(`${where}: figures in two and in three dimensions cannot share axes`);
  checkAxes(figures, where);
  const map = figures.findIndex(({ data }) => data.some(fills));
  let next = 0;
  let bars = 0;
  /** Curves of the figures before. */
  let before = 0;
  const data: Trace[] = [];
  const joined: { first: number; frames: readonly object[] }[] = [];
  for (const [k, figure] of figures.entries()) {
    const own = colored(figure.data, next);
    next = own.next;
    let traces = own.traces;
    if (names && perFigure) traces = named(traces, names[k]!);
    else if (names) traces = eachNamed(traces, names.slice(before, before + curves[k]!));
    before += curves[k]!;
    // A rim adds traces, which the frames of an animation would miss
    if (map >= 0 && k > map && figure.frames.length === 0) traces = cased(traces);
    joined.push({ first: data.length, frames: figure.frames });
    data.push(...traces.map((trace) => (hasBar(trace) && bars++ > 0 ? barAside(trace, bars - 1) : trace)));
  }
  const layout = joinedLayout(figures, options, where);
  if (names) layout['showlegend'] = true;
  if (bars > 0) layout['legend'] ??= { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' };
  const wantsEqual =
    options.equal ?? figures.some(({ layout: own }) => (own['yaxis'] as Layout | undefined)?.['scaleanchor'] === 'x');
  if (wantsEqual && spatial.length === 0) squared(layout, data, bars > 0);
  else unsquare(layout);
  const text = `${heading('Overlay', options)} of ${figures.length} figures. ${figures.map((f) => f.text).join('. ')}`;
  return new Figure(
    data,
    layout,
    text,
    joinedFrames(joined, (trace) => trace),
  );
}

function checkAxes(figures: readonly Figure[], where: string): void {
  const typeOf = (figure: Figure, axis: Axis) =>
    String((figure.layout[axis] as Layout | undefined)?.['type'] ?? 'linear');
  for (const axis of AXES)
    for (const [k, figure] of figures.entries())
      if (typeOf(figure, axis) !== typeOf(figures[0]!, axis))
        throw new RangeError(
          `${where}: figure 0 has a ${typeOf(figures[0]!, axis)} ${axis[0]} axis and figure ${k} a ${typeOf(figure, axis)} one; make them with the same log${axis[0]!.toUpperCase()} and names`,
        );
}

/** Whether a trace has a line of its own in the legend, or would have one. */
const isCurve = (trace: Trace): boolean => trace['showlegend'] !== false && !isField(trace);

/** Each curve by a name of its own. */
function eachNamed(traces: readonly Trace[], names: readonly string[]): Trace[] {
  let next = 0;
  return traces.map((trace) =>
    isCurve(trace) ? { ...trace, name: escaped(names[next++]!), showlegend: true } : trace,
  );
}

/** The series of a figure by one name, in the legend once; several that have names keep them. */
function named(traces: readonly Trace[], name: string): Trace[] {
  if (traces.filter((trace) => isCurve(trace) && trace['name'] !== undefined).length > 1) return [...traces];
  let first = true;
  return traces.map((trace) => {
    if (trace['showlegend'] === false || (trace['name'] !== undefined && trace['showlegend'] !== false && !first))
      return trace;
    const own = { ...trace, name: escaped(name), legendgroup: escaped(name), showlegend: first };
    first = false;
    return own;
  });
}

const markerOf = (trace: Trace) => trace['marker'] as Layout | undefined;
const hasBar = (trace: Trace): boolean =>
  (fills(trace) && trace['showscale'] !== false) || markerOf(trace)?.['showscale'] === true;

/** Moves the color bar of a trace beside that of another. */
function barAside(trace: Trace, place: number): Trace {
  const moved = (bar: unknown) => ({ ...(bar as object), x: 1.02 + 0.16 * place });
  const marker = markerOf(trace);
  return fills(trace)
    ? { ...trace, colorbar: moved(trace['colorbar']) }
    : { ...trace, marker: { ...marker, colorbar: moved(marker?.['colorbar']) } };
}

function joinedLayout(figures: readonly Figure[], options: OverlayOptions, where: string): Layout {
  const layouts = figures.map(({ layout }) => layout);
  const layout: Layout = Object.assign({}, ...[...layouts].reverse());
  delete layout['width'];
  for (const key of ['shapes', 'annotations']) {
    const all = layouts.flatMap((own) => (own[key] as unknown[] | undefined) ?? []);
    if (all.length > 0) layout[key] = all;
  }
  const own = layoutOf(options, where);
  for (const axis of AXES) {
    const ranges = layouts.flatMap(
      (l) => ((l[axis] as Layout | undefined)?.['range'] as [number, number] | undefined) ?? [],
    );
    layout[axis] = {
      ...Object.assign({}, ...[...layouts].reverse().map((l) => l[axis] ?? {})),
      ...(ranges.length > 0 && { range: [Math.min(...ranges), Math.max(...ranges)] }),
      ...(own[axis] as object),
    };
  }
  for (const key of ['title', 'height']) if (own[key] !== undefined) layout[key] = own[key];
  return layout;
}

function squared(layout: Layout, data: readonly Trace[], bar: boolean): void {
  const span = (axis: 'x' | 'y') =>
    ((layout[`${axis}axis`] as Layout)['range'] as [number, number] | undefined) ?? spanOfTraces(data, axis);
  const names = data.flatMap((t) => (t['showlegend'] !== false && typeof t['name'] === 'string' ? t['name'] : []));
  square(layout, span('x'), span('y'), { bar, names: bar ? [] : names });
}
