// Color scales of plots: which colors, which range of numbers they stand for, and the bar that explains them.
import { shown } from '../options.ts';
import { extent } from './arrays.ts';
import { escaped, rangeOption, short, type Trace } from './figure.ts';

/** Names of color scales; see {@link ColorOptions.colors}. */
export type Colors = 'sequential' | 'diverging' | 'pale' | 'gray' | 'cividis' | 'hot' | 'categorical';

/** Options of plots that show numbers as colors. */
export interface ColorOptions {
  /**
   * `sequential` for amounts (Viridis); `diverging` for numbers around zero: blue below, red above, the background at
   * zero; `pale` for amounts behind lines and points; `gray` from black to white, for pictures; `cividis` for readers who
   * see colors differently; `hot`; `categorical` for class numbers: a color for each. By default diverging if there are
   * values on both sides of zero, else sequential.
   */
  colors?: Colors;
  /** The numbers at both ends of the color scale, `[low, high]`; all values by default. */
  range?: readonly [number, number];
  /** Make the range reach equally far to both sides of zero. On by default for diverging colors. */
  symmetric?: boolean;
  /** Color by the logarithm; zero has the lowest color, and negative values stay empty. */
  logColors?: boolean;
  /** Label of the values. */
  valueLabel?: string;
  /** Names of the classes of categorical colors, from class 0 on. */
  classNames?: readonly string[];
}

const SCALES = ['sequential', 'diverging', 'pale', 'gray', 'cividis', 'hot', 'categorical'] as const;

/** Names of {@link ColorOptions}. */
export const COLOR_OPTIONS = {
  colors: SCALES,
  range: true,
  symmetric: 'boolean',
  logColors: 'boolean',
  valueLabel: 'text',
  classNames: true,
} as const;

/** Most classes that get a color of their own. */
const MOST_CLASSES = 64;

type Stops = [number, string][];

const STOPS: Record<Exclude<Colors, 'categorical'>, string | Stops> = {
  sequential: 'Viridis',
  diverging: [
    [0, 'theme(series-0)'],
    [0.5, 'theme(background)'],
    [1, 'theme(series-3)'],
  ],
  pale: [
    [0, 'theme(background)'],
    [1, 'theme(muted)'],
  ],
  gray: [
    [0, '#000000'],
    [1, '#ffffff'],
  ],
  cividis: 'Cividis',
  hot: 'Hot',
};

/** The values as a trace colors them, and the scale. */
export interface Colored {
  /** The values, or their logarithms. */
  values: Float64Array;
  scale: string | Stops;
  low: number;
  high: number;
  colorbar: Trace;
}

/**
 * The color scale for values.
 * @param where the function, the beginning of error messages
 * @throws RangeError for a range that is none, class numbers that are none, or logarithms of nothing
 */
export function coloredBy(data: Float64Array, options: ColorOptions, where: string): Colored {
  const range = rangeOption(options.range, `${where}: range`, options.logColors);
  if (options.colors === 'categorical') return categorical(data, options, where);
  const logs = options.logColors ? data.map((v) => (v > 0 ? Math.log10(v) : NaN)) : data;
  const found = extent(logs);
  if (options.logColors && !found && data.length > 0)
    throw new RangeError(`${where}: logColors needs values above 0, and there are none`);
  let [low, high] = range ? (options.logColors ? range.map(Math.log10) : [...range]) : (found ?? [0, 1]);
  const both = low! < 0 && high! > 0;
  const colors = options.colors ?? (both && !options.logColors ? 'diverging' : 'sequential');
  if (options.symmetric ?? (colors === 'diverging' && !range)) {
    const most = Math.max(Math.abs(low!), Math.abs(high!)) || 1;
    [low, high] = [-most, most];
  }
  const values = options.logColors ? logs.map((v, i) => (data[i] === 0 ? low! : v)) : data;
  return { values, scale: STOPS[colors], low: low!, high: high!, colorbar: barOf(options, low!, high!) };
}

function barOf({ valueLabel, logColors }: ColorOptions, low: number, high: number): Trace {
  const bar: Trace = {
    ...(valueLabel && { title: { text: escaped(valueLabel), side: 'right' } }),
    outlinewidth: 0,
    thickness: 14,
  };
  if (!logColors) return bar;
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const decades = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, i) => Math.ceil(low) + i,
  );
  const at = decades.length > 1 ? decades.filter((_, i) => i % every === 0) : [low, high];
  return { ...bar, tickvals: at, ticktext: at.map((v) => short(10 ** v)) };
}

/** One color for each class, and a color bar that names them. */
function categorical(data: Float64Array, { classNames, valueLabel }: ColorOptions, where: string): Colored {
  const wrong = data.find((v) => !Number.isNaN(v) && (!Number.isInteger(v) || v < 0));
  if (wrong !== undefined)
    throw new RangeError(`${where}: categorical colors are for class numbers 0, 1, 2 …, and one value is ${wrong}`);
  if (classNames !== undefined && classNames !== null && !Array.isArray(classNames))
    throw new TypeError(`${where}: classNames must be an array of texts, got ${shown(classNames)}`);
  const most = (extent(data)?.[1] ?? 0) + 1;
  const n = Math.max(most, classNames?.length ?? 0);
  if (classNames && classNames.length < most)
    throw new RangeError(`${where}: classNames has ${classNames.length} names, and there are ${most} classes`);
  if (n > MOST_CLASSES)
    throw new RangeError(`${where}: ${n} classes are more than the ${MOST_CLASSES} that get a color of their own`);
  const scale: Stops = Array.from({ length: n }, (_, k) => k).flatMap((k): Stops => {
    const color = classColor(k, n);
    return [
      [k / n, color],
      [(k + 1) / n, color],
    ];
  });
  const ticks = n <= 16 || classNames ? Array.from({ length: n }, (_, k) => k) : undefined;
  const colorbar: Trace = {
    ...(valueLabel && { title: { text: escaped(valueLabel), side: 'right' } }),
    outlinewidth: 0,
    thickness: 14,
    ...(ticks && { tickvals: ticks, ticktext: ticks.map((k) => escaped(classNames?.[k] ?? String(k))) }),
  };
  return { values: data, scale, low: -0.5, high: n - 0.5, colorbar };
}

/** The color of class k of n: of the theme, or, if these do not suffice, hues that differ most from their neighbors. */
export const classColor = (k: number, n: number): string =>
  n <= 8 ? `theme(series-${k})` : `hsl(${Math.round((k * 137.508) % 360)}, 52%, ${[48, 62, 40][k % 3]}%)`;
