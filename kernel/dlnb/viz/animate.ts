// viz.animate: figures as the frames of one figure. The renderer adds a slider and a play button.
import { checkOptions, type OptionNames } from '../options.ts';
import { extent } from './arrays.ts';
import { cased, colored, fills } from './compose.ts';
import { escaped, Figure, heading, PLOT_OPTIONS, type Layout, type PlotOptions, type Trace } from './figure.ts';
import { square, unsquare } from './square.ts';

/** Options of {@link animate}. */
export interface AnimateOptions extends PlotOptions {
  /** Label of each frame at the slider; 0, 1, 2 … by default. */
  names?: readonly string[];
  /** A figure behind all frames, for example the contours of the loss behind the paths of optimizers. */
  background?: Figure;
  /** The frame that is shown at first: the last one by default, which is what print and pictures show too. */
  at?: 'start' | 'end';
  /** Frames a second; 2.5 by default. */
  speed?: number;
  /** Begin again at the end. */
  loop?: boolean;
  /** Animations of the same group are moved together, by the slider and the buttons of any of them. */
  group?: string;
}

const ANIMATE_OPTIONS: OptionNames<AnimateOptions> = {
  ...PLOT_OPTIONS,
  names: true,
  background: true,
  at: ['end', 'start'],
  speed: 'number',
  loop: 'boolean',
  group: 'text',
};

/** Height of the buttons and the slider in pixels. */
const SLIDER = 64;

/**
 * Shows figures one after another: paths of optimizers, boundaries over time. All frames share their axes. It begins with
 * its last frame; ▶ plays all.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const path = [[-2, 1], [-1, -0.5], [-0.4, 0.2], [0, 0]];
 * const bowl = viz.contour((x, y) => x * x + 4 * y * y, { xRange: [-3, 1], yRange: [-2, 2], colors: 'pale' });
 * viz.animate(path.map((_, i) => viz.line(path.slice(0, i + 1), { markers: true })), { background: bowl });
 * ```
 * @param frames figures of `viz` with the same number of traces of the same types
 * @throws RangeError if frames do not match
 * @example
 * ```ts
 * const frames = [0.5, 1, 2].map((rate) => viz.line([4, 2, 1].map((t) => Math.exp(-rate * t)), { yLabel: 'loss' }));
 * viz.animate(frames, { names: ['η = 0.5', 'η = 1', 'η = 2'] });
 * ```
 */
export function animate(frames: readonly Figure[], options: AnimateOptions = {}): Figure {
  checkFrames(frames);
  const where = 'viz.animate';
  checkOptions(where, options, ANIMATE_OPTIONS);
  const { background, at = 'end', speed = 2.5, loop, group } = options;
  if (!(speed > 0 && speed <= 60))
    throw new RangeError(`${where}: speed must be from above 0 to 60 frames a second, got ${speed}`);
  const names = options.names ?? frames.map((_, i) => String(i));
  if (names.length !== frames.length)
    throw new RangeError(
      `${where}: there must be one name for each frame, got ${names.length} for ${frames.length} frames`,
    );
  checkTraces(frames, where);
  const behind = background?.data ?? [];
  const map = behind.some(fills);
  // Series have the colors of their numbers, with or without a background and rims
  const drawn = frames.map(({ data }) => (map ? cased(colored(data).traces) : data));
  const shown = drawn.at(at === 'end' ? -1 : 0)!;
  const places = shown.map((_, i) => behind.length + i);
  const layout = { ...mergedLayout(background?.layout, frames[0]!.layout), ...titled(options) };
  // The color scale of the background takes the place of the legend, so the legend goes above the plot
  if (behind.some((t) => fills(t) && t['showscale'] !== false))
    layout['legend'] = { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' };
  fixAxes(layout, background ? [background] : frames, frames);
  const equal = (layout['yaxis'] as Layout | undefined)?.['scaleanchor'] === 'x';
  // A background with axes of its own decides
  if (equal && (!background || isEqualFigure(background))) fitPlane(layout, [...behind, ...shown]);
  else {
    if (equal) unsquare(layout);
    if (background && !background.layout['width']) delete layout['width'];
    if (background?.layout['width']) layout['width'] = background.layout['width'];
    if (layout['width']) layout['height'] = ((layout['height'] as number | undefined) ?? 380) + SLIDER;
  }
  const play = { at, speed, ...(loop && { loop }), ...(group !== undefined && { group }) };
  layout['meta'] = { ...(layout['meta'] as object | undefined), play };
  return new Figure(
    [...behind, ...shown],
    layout,
    `${heading('Animation', options)} of ${frames.length} frames, ${names[0]} to ${names.at(-1)}. The last: ${frames.at(-1)!.text}`,
    drawn.map((data, i) => ({ name: String(names[i]), data, traces: places })),
  );
}

const isEqualFigure = ({ layout }: Figure): boolean => (layout['yaxis'] as Layout | undefined)?.['scaleanchor'] === 'x';

/** Gives a figure of equal axes the width that the extent of all frames needs, and room for the slider below. */
function fitPlane(layout: Layout, data: readonly Trace[]): void {
  const span = (axis: 'x' | 'y') => {
    const range = (layout[`${axis}axis`] as Layout)['range'] as [number, number] | undefined;
    return range && ([Math.min(...range), Math.max(...range)] as const);
  };
  const bar = data.some((t) => fills(t) && t['showscale'] !== false);
  const names = data.flatMap((t) => (t['showlegend'] !== false && typeof t['name'] === 'string' ? t['name'] : []));
  delete layout['width'];
  square(layout, span('x'), span('y'), { bar, names: bar ? [] : names });
  layout['height'] = ((layout['height'] as number | undefined) ?? 380) + SLIDER;
}

function checkFrames(frames: readonly unknown[]): void {
  const wrong = Array.isArray(frames) ? frames.findIndex((f) => !(f instanceof Figure)) : -1;
  if (!Array.isArray(frames) || frames.length === 0 || wrong >= 0)
    throw new TypeError(
      `viz.animate: frames must be a list of figures of viz${wrong >= 0 ? `; frame ${wrong} is not one` : ''}; for example paths.map((p) => viz.line(p))`,
    );
}

/** Plotly replaces traces by their index: frames with other numbers or types of traces would be mixed. */
function checkTraces(frames: readonly Figure[], where: string): void {
  const kinds = (f: Figure) => f.data.map((t) => String(t['type'])).join(', ');
  const first = kinds(frames[0]!);
  const other = frames.findIndex((f) => kinds(f) !== first);
  if (other >= 0)
    throw new RangeError(
      `${where}: all frames must have the same traces; frame 0 has ${first || 'none'}, frame ${other} has ${kinds(frames[other]!) || 'none'}`,
    );
}

function mergedLayout(under: Layout = {}, over: Layout): Layout {
  const merged: Layout = { ...under, ...over };
  for (const axis of ['xaxis', 'yaxis']) {
    const [a, b] = [under[axis] as object | undefined, over[axis] as object | undefined];
    if (a || b) merged[axis] = { ...b, ...a };
  }
  return merged;
}

function titled({ title, height }: AnimateOptions): Layout {
  return { ...(title !== undefined && { title: { text: escaped(title) } }), ...(height !== undefined && { height }) };
}

/** Gives the axes ranges that hold all frames, so that they do not jump; with a background, its ranges. */
function fixAxes(layout: Layout, deciding: readonly Figure[], frames: readonly Figure[]): void {
  if (layout['scene']) return fixScene(layout['scene'] as Layout, frames);
  for (const axis of ['x', 'y'] as const) {
    const settings = (layout[`${axis}axis`] ??= {}) as Layout;
    if (settings['range'] || settings['autorange'] || settings['type'] === 'category') continue;
    const range = spanOf(deciding, axis, settings['type'] === 'log', deciding === frames ? 0.04 : 0);
    if (range) settings['range'] = range;
  }
}

function fixScene(scene: Layout, frames: readonly Figure[]): void {
  for (const axis of ['x', 'y', 'z'] as const) {
    const range = spanOf(frames, axis, false, 0.02);
    if (range) scene[`${axis}axis`] = { ...(scene[`${axis}axis`] as object), range };
  }
}

function spanOf(
  figures: readonly Figure[],
  axis: 'x' | 'y' | 'z',
  log: boolean,
  pad: number,
): [number, number] | undefined {
  const spans = figures.flatMap(({ data }) => data.flatMap((trace) => extent(numbersOf(trace, axis, log)) ?? []));
  if (spans.length === 0) return undefined;
  const [low, high] = [Math.min(...spans), Math.max(...spans)];
  const margin = (high - low) * pad || (high === low ? 0.5 : 0);
  return [low - margin, high + margin];
}

function numbersOf(trace: Trace, axis: string, log: boolean): number[] {
  const values = trace[axis];
  const flat = Array.isArray(values)
    ? values.flatMap((v) => (ArrayBuffer.isView(v) ? Array.from(v as Float64Array) : v))
    : ArrayBuffer.isView(values)
      ? Array.from(values as Float64Array)
      : [];
  const numbers = flat.filter((v): v is number => typeof v === 'number');
  return log ? numbers.map(Math.log10) : numbers;
}
