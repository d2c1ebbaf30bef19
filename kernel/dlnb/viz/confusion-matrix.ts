// viz.confusionMatrix: counts of actual and predicted classes, as a heat map with the rates derived from them.
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { readClasses, sameLength, type Numbers } from './arrays.ts';
import { counted, escaped, Figure, layoutOf, PLOT_OPTIONS, type PlotOptions, type Trace } from './figure.ts';

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends PlotOptions {
  /** Names of the classes; their numbers by default. */
  classNames?: readonly string[];
}

const CONFUSION_MATRIX_OPTIONS: OptionNames<ConfusionMatrixOptions> = { ...PLOT_OPTIONS, classNames: true };

/** The figure with its numbers: `counts[actual][predicted]`. The rates of a class that does not occur are NaN. */
export class ConfusionMatrixFigure extends Figure {
  /** Share of all predictions that are right. */
  readonly accuracy: number;
  /** For each class, the share of its examples that were found: counts[k][k] / sum of row k. [classes] */
  readonly recall: number[];
  /** For each class, the share of its predictions that are right: counts[k][k] / sum of column k. [classes] */
  readonly precision: number[];

  constructor(
    readonly counts: number[][],
    names: readonly string[],
    options: ConfusionMatrixOptions,
  ) {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const rows = counts.map(sum);
    const columns = counts.map((_, j) => sum(counts.map((row) => row[j]!)));
    const right = counts.map((row, k) => row[k]!);
    const accuracy = sum(right) / sum(rows);
    const title = options.title ?? `${sum(right)} of ${sum(rows)} right (${percent(accuracy)})`;
    super(
      [matrixTrace(counts, rows, names)],
      matrixLayout({ ...options, title }, names.length),
      textTable(counts, names, title),
    );
    this.accuracy = accuracy;
    this.recall = right.map((n, k) => n / rows[k]!);
    this.precision = right.map((n, k) => n / columns[k]!);
  }
}

/**
 * Counts predictions: a row for each actual class, a column for each predicted class. A cell shows the count and its
 * share of the row; the share gives its color.
 * @param actual class numbers [n], or one-hot rows [n, classes]
 * @param predicted class numbers [n], or scores [n, classes], where the largest score of a row is its class
 * @example
 * ```ts
 * const figure = viz.confusionMatrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], { classNames: ['cat', 'dog'] });
 * display(figure);
 * figure.accuracy; // → 0.6
 * ```
 */
export function confusionMatrix(
  actual: Numbers,
  predicted: Numbers,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrixFigure {
  const where = 'viz.confusionMatrix';
  checkOptions(where, options, CONFUSION_MATRIX_OPTIONS);
  const a = readClasses(actual, `${where}: actual`);
  const p = readClasses(predicted, `${where}: predicted`);
  sameLength(a, p, where, 'actual and predicted');
  if (a.length === 0) throw new RangeError(`${where}: there is nothing to count`);
  const widest = Math.max(widthOf(actual), widthOf(predicted), ...maxima(a, p));
  if (options.classNames != null && !Array.isArray(options.classNames))
    throw new TypeError(`${where}: classNames must be an array of texts, got ${shown(options.classNames)}`);
  const n = options.classNames?.length ?? widest;
  if (n < widest)
    throw new RangeError(`${where}: classNames has ${counted(n, 'name')}, and there are ${widest} classes`);
  if (n > 200) throw new RangeError(`${where}: ${n} classes are more than the 200 that can be drawn`);
  const counts = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  a.forEach((k, i) => counts[k]![p[i]!]!++);
  const names = options.classNames ?? Array.from({ length: n }, (_, k) => String(k));
  return new ConfusionMatrixFigure(counts, names, options);
}

/** Number of classes in one-hot rows or scores; 1 for class numbers. */
function widthOf(value: Numbers): number {
  if ('shape' in value) return value.shape[1] ?? 1;
  const first: unknown = value[0];
  return typeof first === 'object' && first !== null && 'length' in first ? Number(first.length) : 1;
}

/** For each list, the number of classes that its largest class number requires. */
const maxima = (...lists: Int32Array[]) => lists.map((list) => list.reduce((most, v) => Math.max(most, v), 0) + 1);

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function matrixTrace(counts: number[][], rows: number[], names: readonly string[]): Trace {
  const shares = counts.map((row, i) => row.map((n) => (rows[i] ? n / rows[i] : 0)));
  const small = names.length <= 12;
  const text = counts.map((row, i) =>
    row.map((n, j) => (n === 0 ? '' : small && names.length <= 8 ? `${n}<br>${percent(shares[i]![j]!)}` : String(n))),
  );
  return {
    type: 'heatmap',
    x: names.map(escaped),
    y: names.map(escaped),
    z: shares,
    zmin: 0,
    zmax: 1,
    colorscale: [
      [0, 'theme(background)'],
      [1, 'theme(series-0)'],
    ],
    ...(names.length <= 30 && { text, texttemplate: '%{text}' }),
    customdata: counts,
    hovertemplate: '%{y} taken for %{x}: %{customdata} (%{z:.1%})<extra></extra>',
    xgap: 1,
    ygap: 1,
    showscale: false,
  };
}

function matrixLayout(options: ConfusionMatrixOptions, n: number): Trace {
  const layout = layoutOf({
    height: Math.min(760, 150 + n * Math.max(16, Math.min(56, 400 / n))),
    xLabel: 'predicted',
    yLabel: 'actual',
    ...options,
  });
  const axis = { type: 'category', showgrid: false, zeroline: false, ...(n <= 30 && { dtick: 1 }) };
  Object.assign(layout['xaxis'] as object, axis, { constrain: 'domain' });
  Object.assign(layout['yaxis'] as object, axis, { autorange: 'reversed', scaleanchor: 'x', constrain: 'domain' });
  return layout;
}

/** The counts as a plain-text table. */
function textTable(counts: number[][], names: readonly string[], title: string): string {
  const width = Math.max(...names.map((n) => n.length), ...counts.flat().map((n) => String(n).length)) + 1;
  const line = (head: string, cells: readonly unknown[]) =>
    head.padEnd(width) + cells.map((c) => String(c).padStart(width)).join('');
  const shown = names.length <= 30 ? [line('', names), ...counts.map((row, i) => line(names[i]!, row))] : [];
  return [`Confusion matrix (rows: actual, columns: predicted): ${title}`, ...shown].join('\n');
}
