// viz.animate: figures as the frames of one figure. The renderer adds a slider and a play button.
import { checkOptions, type OptionNames } from '../options.ts';
import { extent } from './arrays.ts';
import { Figure, heading, PLOT_OPTIONS, type Layout, type PlotOptions, type Trace } from './figure.ts';

/** Options of {@link animate}. */
export interface AnimateOptions extends PlotOptions {
  /** Label of each frame at the slider; 0, 1, 2 … by default. */
  names?: readonly string[];
  /** A figure behind all frames, for example a heat map of the loss behind the paths of optimizers. */
  background?: Figure;
}

const ANIMATE_OPTIONS: OptionNames<AnimateOptions> = { ...PLOT_OPTIONS, names: true, background: true };

/**
 * Shows figures one after another: paths of optimizers, boundaries over time. All frames share their axes.
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
  const { background } = options;
  const names = options.names ?? frames.map((_, i) => String(i));
  if (names.length !== frames.length)
    throw new RangeError(
      `${where}: there must be one name for each frame, got ${names.length} for ${frames.length} frames`,
    );
  checkTraces(frames, where);
  const behind = background?.data ?? [];
  const first = frames[0]!;
  const places = first.data.map((_, i) => behind.length + i);
  const layout = { ...mergedLayout(background?.layout, first.layout), ...titled(options) };
  // The color scale of the background takes the place of the legend, so the legend goes inside the plot
  if (behind.some((t) => t['type'] === 'heatmap' && t['showscale'] !== false))
    layout['legend'] = { orientation: 'h', x: 0.01, y: 0.98, yanchor: 'top', bgcolor: 'theme(background, 0.8)' };
  fixAxes(layout, background ? [background] : frames, frames);
  return new Figure(
    [...behind, ...first.data],
    layout,
    `${heading('Animation', options)} of ${frames.length} frames, ${names[0]} to ${names.at(-1)}. The last: ${frames.at(-1)!.text}`,
    frames.map(({ data }, i) => ({ name: String(names[i]), data, traces: places })),
  );
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
  return { ...(title !== undefined && { title: { text: title } }), ...(height !== undefined && { height }) };
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
