// viz.bars: amounts by name, in one series or several, beside or upon one another, with errors.
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { readVector, type Vector } from './arrays.ts';
import { isNamed } from './curves.ts';
import {
  AXES_OPTIONS,
  counted,
  escaped,
  Figure,
  heading,
  layoutOf,
  short,
  type AxesOptions,
  type Trace,
} from './figure.ts';

/** Options of {@link bars}. */
export interface BarsOptions extends AxesOptions {
  /** Names of the bars, [n]; 0, 1, 2 … by default. */
  names?: readonly string[];
  /** Half the length of each error bar, [n]; by the names of the series if there are several. */
  errors?: Vector | Record<string, Vector>;
  /** Put the series upon one another instead of side by side. */
  stacked?: boolean;
  /** Draw the bars from left to right, the first at the top: room for long names. */
  horizontal?: boolean;
  /** Write its value beside each bar. By default for at most 12 bars without errors. */
  annotate?: boolean;
}

const BARS_OPTIONS: OptionNames<BarsOptions> = {
  ...AXES_OPTIONS,
  names: true,
  errors: true,
  stacked: 'boolean',
  horizontal: 'boolean',
  annotate: 'boolean',
};

/** Most bars of a figure: each is an element of the page. */
const MOST_BARS = 5000;

interface Series {
  name: string | undefined;
  values: Float64Array;
  errors: Float64Array | undefined;
}

/**
 * Draws bars: one for each number, from zero. NaN leaves its place empty.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * viz.bars({ SGD: [0.91, 0.93], Adam: [0.95, 0.94] }, { names: ['digits', 'shapes'], errors: { Adam: [0.01, 0.02] } });
 * ```
 * @param values a number for each bar, [n]; a number by name, `{ sgd: 0.91, adam: 0.95 }`; or several series by name,
 *   `{ train: [n], test: [n] }`
 * @throws TypeError or RangeError that names the series, for example if lengths differ
 */
export function bars(
  values: Vector | Record<string, number> | Record<string, Vector>,
  options: BarsOptions = {},
): Figure {
  const where = 'viz.bars';
  checkOptions(where, options, BARS_OPTIONS);
  const { series, names } = read(values, options, where);
  const n = names.length;
  if (n * series.length > MOST_BARS)
    throw new RangeError(
      `${where}: ${n * series.length} bars are more than the ${MOST_BARS} that can be drawn; use viz.histogram, viz.line or viz.stem`,
    );
  const { horizontal = false, stacked = false } = options;
  const hasErrors = series.some(({ errors }) => errors);
  const annotate = options.annotate ?? (n * series.length <= 12 && !hasErrors && !stacked);
  // Places are numbers: names such as "3" would be read as numbers, and equal ones would fall together
  const places = Float64Array.from({ length: n }, (_, i) => i);
  const [along, up] = horizontal ? (['y', 'x'] as const) : (['x', 'y'] as const);
  const labels = names.map((name) => escaped(name));
  const traces = series.map(({ name, values: own, errors }): Trace => ({
    type: 'bar',
    ...(horizontal && { orientation: 'h' }),
    ...(name !== undefined && { name: escaped(name) }),
    [along]: places,
    [up]: own,
    ...(errors && {
      [`error_${up}`]: { type: 'data', array: errors, thickness: 1.3, width: 4, color: 'theme(foreground)' },
    }),
    ...(annotate && { text: Array.from(own, (v) => (Number.isNaN(v) ? '' : short(v))), textposition: 'auto' }),
    customdata: labels,
    hovertemplate: `%{customdata}: %{${up}:.4~g}${errors ? ` ± %{error_${up}.array:.3~g}` : ''}<extra>${name === undefined ? '' : escaped(name)}</extra>`,
  }));
  const layout = layoutOf(options, where);
  const every = Math.max(1, Math.ceil(n / 40));
  const ticks = Array.from({ length: Math.ceil(n / every) }, (_, i) => i * every);
  Object.assign(layout[`${along}axis`] as object, {
    tickvals: ticks,
    ticktext: ticks.map((i) => labels[i]!),
    showgrid: false,
    zeroline: false,
    ...(horizontal && { autorange: 'reversed' }),
  });
  Object.assign(layout, { barmode: stacked ? 'relative' : 'group', bargap: n > 1 ? 0.25 : 0.5 });
  const texts = series.map(
    ({ name, values: own, errors }) =>
      `${name === undefined ? '' : `${name}: `}${names
        .slice(0, 12)
        .map((label, i) => `${label} ${short(own[i]!)}${errors ? ` ± ${short(errors[i]!)}` : ''}`)
        .join(', ')}${n > 12 ? ` … ${counted(n, 'bar')}` : ''}`,
  );
  return new Figure(traces, layout, `${heading('Bars', options)}: ${texts.join('; ') || 'none'}`);
}

function read(values: unknown, options: BarsOptions, where: string): { series: Series[]; names: readonly string[] } {
  const { errors } = options;
  let keys: string[] | undefined;
  let lists: [string | undefined, unknown][];
  if (isNamed(values)) {
    const entries = Object.entries(values as Record<string, unknown>);
    if (entries.length === 0) throw new TypeError(`${where}: there is no bar in {}; give for example { sgd: 0.9 }`);
    const plain = entries.every(([, v]) => typeof v === 'number');
    if (plain) keys = entries.map(([name]) => name);
    lists = plain ? [[undefined, entries.map(([, v]) => v)]] : entries;
  } else lists = [[undefined, values]];
  const whose = (name: string | undefined) => `${where}: ${name === undefined ? 'values' : `"${name}"`}`;
  const series = lists.map(([name, list]): Series => {
    const own = readVector(list, whose(name));
    const given: unknown =
      isNamed(errors) && name !== undefined ? errors[name] : name === undefined ? errors : undefined;
    const read = given === undefined || given === null ? undefined : readVector(given, `${where}: errors`);
    if (read && read.length !== own.length)
      throw new RangeError(
        `${where}: errors must hold one number for each of ${counted(own.length, 'bar')}, got ${read.length}`,
      );
    const negative = read?.find((v) => v < 0);
    if (negative !== undefined) throw new RangeError(`${where}: errors must be at least 0, got ${negative}`);
    return { name, values: own, errors: read };
  });
  if (errors !== undefined && errors !== null && lists[0]![0] !== undefined) {
    if (!isNamed(errors))
      throw new TypeError(`${where}: errors of several series must be given by name: { ${lists[0]![0]}: […] }`);
    const unknown = Object.keys(errors).find((name) => !lists.some(([own]) => own === name));
    if (unknown !== undefined)
      throw new RangeError(`${where}: there are errors for "${unknown}", and no series of that name`);
  }
  const n = series[0]!.values.length;
  const other = series.find(({ values: own }) => own.length !== n);
  if (other)
    throw new RangeError(
      `${where}: all series must have the same number of bars; "${series[0]!.name}" has ${n}, "${other.name}" has ${other.values.length}`,
    );
  const names = options.names ?? keys ?? Array.from({ length: n }, (_, i) => String(i));
  if (!Array.isArray(names)) throw new TypeError(`${where}: names must be an array of texts, got ${shown(names)}`);
  if (names.length !== n)
    throw new RangeError(`${where}: names must hold one name for each of ${counted(n, 'bar')}, got ${names.length}`);
  return { series, names };
}
