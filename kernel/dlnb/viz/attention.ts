// viz.attention: how much each token takes from each other one, as a matrix or as lines between two rows of tokens.
import { Unread, valuesNow } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import { argMax, readMatrix, type Matrix, type TensorValues } from './arrays.ts';
import { escaped, Figure, heading, rowsOf, short, type Layout, type Trace } from './figure.ts';
import { grid } from './grid.ts';

/** Weights [queries, keys], or of several heads [heads, queries, keys]. */
export type AttentionWeights = Matrix | readonly Matrix[] | TensorValues;

/** Options of {@link attention}. */
export interface AttentionPlotOptions {
  title?: string;
  /** The tokens whose values are mixed, [keys]; their numbers by default. */
  keys?: readonly string[];
  /** The tokens that ask, [queries]; by default the keys, if they are as many. */
  queries?: readonly string[];
  /**
   * `matrix`: a row for each query; `lines`: two rows of tokens, queries at the left and keys at the right, with lines as
   * strong as the weights. The hover of a token in it shows its weights.
   */
  kind?: 'matrix' | 'lines';
  /** Weights below this share of the largest get no line; 0.05 by default. */
  threshold?: number;
  /** The weights at both ends of the colors; from 0 to the largest by default. */
  range?: readonly [number, number];
}

const ATTENTION_OPTIONS: OptionNames<AttentionPlotOptions> = {
  title: 'text',
  keys: true,
  queries: true,
  kind: ['lines', 'matrix'],
  threshold: 'number',
  range: true,
};

const MOST_TOKENS = { matrix: 1000, lines: 80 };
/** Steps of strength of the lines: each is a trace, because the points of a line have one color. */
const STRENGTHS = 6;

interface Weights {
  data: Float64Array;
  rows: number;
  columns: number;
}

/**
 * Draws the weights of attention over tokens. Several heads stand side by side.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const keys = ['the', 'cat', 'sat'];
 * viz.attention([[1, 0, 0], [0.3, 0.7, 0], [0.1, 0.6, 0.3]], { keys, kind: 'lines' });
 * ```
 * @param weights [queries, keys], or [heads, queries, keys]
 * @throws TypeError or RangeError if there is not one token for each row and column
 */
export function attention(weights: AttentionWeights, options: AttentionPlotOptions = {}): Figure {
  const where = 'viz.attention';
  checkOptions(where, options, ATTENTION_OPTIONS);
  const heads = readHeads(weights, where);
  const { rows, columns } = heads[0]!;
  const { kind = 'matrix', threshold = 0.05 } = options;
  const keys = namesOf(options.keys, columns, `${where}: keys`);
  const queries = namesOf(
    options.queries ?? (options.keys && rows === columns ? options.keys : undefined),
    rows,
    `${where}: queries`,
  );
  if (Math.max(rows, columns) > MOST_TOKENS[kind])
    throw new RangeError(
      `${where}: ${Math.max(rows, columns)} tokens are more than the ${MOST_TOKENS[kind]} that can be drawn as ${kind}; slice them`,
    );
  if (!(threshold >= 0 && threshold < 1))
    throw new RangeError(`${where}: threshold must be a share from 0 to below 1, got ${shown(threshold)}`);
  const most = Math.max(...heads.map(({ data }) => data.reduce((a, b) => (b > a ? b : a), 0))) || 1;
  const range = options.range ?? [0, most];
  const draw = (head: Weights, name: string | undefined) =>
    kind === 'matrix'
      ? matrixFigure(head, { keys, queries, range, title: name })
      : linesFigure(head, { keys, queries, range, threshold, title: name });
  const text = `${heading('Attention', options)}: ${heads.length > 1 ? `${heads.length} heads, ` : ''}${rows} queries × ${columns} keys. ${strongest(heads[0]!, queries, keys)}`;
  if (heads.length === 1) {
    const one = draw(heads[0]!, options.title);
    return new Figure(one.data, one.layout, text);
  }
  const across = Math.min(heads.length, 4);
  const figures = heads.map((head, i) => draw(head, `head ${i}`));
  const whole = grid(
    Array.from({ length: Math.ceil(heads.length / across) }, (_, r) => figures.slice(r * across, (r + 1) * across)),
    {
      ...(options.title !== undefined && { title: options.title }),
      panelHeight: Math.max(180, Math.min(420, 60 + 17 * Math.max(rows, columns))),
      shareColors: kind === 'matrix',
    },
  );
  return new Figure(whole.data, whole.layout, text);
}

function readHeads(weights: AttentionWeights, where: string): Weights[] {
  const name = `${where}: weights`;
  const checked = (matrix: unknown, whose: string) => readMatrix(matrix, whose);
  if (isTensor(weights)) {
    const shape = [...weights.shape];
    // A batch of one is usual: attention of a layer is [batch, heads, queries, keys]
    const own = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
    if (own.length === 2 && shape.length === 2) return [checked(weights, name)];
    if (own.length !== 3)
      throw new RangeError(
        `${name} must be of shape [queries, keys] or [heads, queries, keys], got ${shapeText(shape)}; slice one example`,
      );
    if (weights.isDisposed) throw new TypeError(`${name} is a tensor that has been disposed of`);
    const values = valuesNow(weights) as ArrayLike<number> | undefined;
    if (!values) throw new Unread(name);
    const [heads, rows, columns] = own as [number, number, number];
    if (heads * rows * columns === 0) throw new RangeError(`${name} holds no numbers (shape ${shapeText(shape)})`);
    return Array.from({ length: heads }, (_, h) => ({
      data: Float64Array.from({ length: rows * columns }, (_v, i) => values[h * rows * columns + i]!),
      rows,
      columns,
    }));
  }
  const first: unknown = Array.isArray(weights) ? (weights as unknown[])[0] : undefined;
  const several = isTensor(first) || (Array.isArray(first) && typeof first[0] === 'object' && first[0] !== null);
  if (!several) return [checked(weights, name)];
  const heads = (weights as readonly unknown[]).map((head, i) => checked(head, `${name}: head ${i}`));
  const other = heads.find((h) => h.rows !== heads[0]!.rows || h.columns !== heads[0]!.columns);
  if (other) throw new RangeError(`${name}: all heads must have the same shape`);
  return heads;
}

function namesOf(names: readonly string[] | undefined, n: number, where: string): string[] {
  if (names === undefined || names === null) return Array.from({ length: n }, (_, i) => String(i));
  if (!Array.isArray(names)) throw new TypeError(`${where} must be a list of texts, got ${shown(names)}`);
  if (names.length !== n)
    throw new RangeError(`${where} must hold one token for each of the ${n}, got ${names.length}`);
  // Spaces and line breaks are tokens too
  return names.map((name) =>
    String(name).trim() === '' ? JSON.stringify(name).slice(1, -1).replace(/ /g, '␣') : String(name),
  );
}

interface Look {
  keys: readonly string[];
  queries: readonly string[];
  range: readonly [number, number];
  title: string | undefined;
}

const titled = (title: string | undefined) => (title === undefined ? {} : { title: { text: escaped(title) } });

/** The labels of an axis of tokens. Numbers are the places, since tokens may be equal. */
function tokenAxis(names: readonly string[], reversed: boolean): Layout {
  const every = Math.max(1, Math.ceil(names.length / 60));
  const at = names.map((_, i) => i).filter((i) => i % every === 0);
  return {
    tickvals: at,
    ticktext: at.map((i) => escaped(clipped(names[i]!))),
    ...{ showgrid: false, zeroline: false, constrain: 'domain' },
    ...(reversed && { autorange: 'reversed' }),
  };
}

const clipped = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name);

function matrixFigure({ data, rows, columns }: Weights, { keys, queries, range, title }: Look): Figure {
  const tokens = queries.flatMap((q) => keys.map((k) => `${q} → ${k}`));
  const trace: Trace = {
    type: 'heatmap',
    z: rowsOf(data, columns),
    ...{ colorscale: [[0, 'theme(background)'], [1, 'theme(series-0)']], zmin: range[0], zmax: range[1] },
    ...{ xgap: columns > 40 ? 0 : 1, ygap: rows > 40 ? 0 : 1 },
    customdata: queries.map((_, r) => tokens.slice(r * columns, (r + 1) * columns).map(escaped)),
    colorbar: { outlinewidth: 0, thickness: 14 },
    hovertemplate: '%{customdata}: %{z:.3f}<extra></extra>',
  }; // prettier-ignore
  const side = Math.max(16, Math.min(34, 420 / Math.max(rows, columns)));
  const height = Math.round(Math.max(180, 120 + side * rows));
  const longest = Math.max(...queries.map((q) => clipped(q).length));
  const layout: Layout = {
    ...titled(title),
    height,
    width: Math.round(Math.max(260, 90 + 7 * longest + side * columns + 90)),
    xaxis: {
      ...tokenAxis(keys, false),
      title: { text: 'key' },
      ...(keys.some((k) => k.length > 3) && { tickangle: -45 }),
    },
    yaxis: { ...tokenAxis(queries, true), title: { text: 'query' }, scaleanchor: 'x' },
  };
  return new Figure([trace], layout);
}

function linesFigure(
  { data, rows, columns }: Weights,
  { keys, queries, range, threshold, title }: Look & { threshold: number },
): Figure {
  const [low, high] = range;
  const strength = (v: number) => Math.max(0, Math.min(1, (v - low) / (high - low || 1)));
  const groups = Array.from({ length: STRENGTHS }, () => ({ x: [] as number[], y: [] as number[] }));
  // The shorter list stands in the middle of the longer one
  const shift = (n: number) => (Math.max(rows, columns) - n) / 2;
  const [fromQ, fromK] = [shift(rows), shift(columns)];
  for (let q = 0; q < rows; q++)
    for (let k = 0; k < columns; k++) {
      const share = strength(data[q * columns + k]!);
      if (!(share > threshold)) continue;
      const group = groups[Math.min(STRENGTHS - 1, Math.floor(share * STRENGTHS))]!;
      // A soft curve from one row to the other: lines that cross stay apart
      for (let i = 0; i <= 12; i++) {
        const t = i / 12;
        group.x.push(t);
        group.y.push(q + fromQ + (k + fromK - q - fromQ) * (t * t * (3 - 2 * t)));
      }
      group.x.push(NaN);
      group.y.push(NaN);
    }
  const lines = groups.map(({ x, y }, i): Trace => {
    const share = (i + 1) / STRENGTHS;
    return {
      ...{ type: 'scatter', mode: 'lines', x: Float64Array.from(x), y: Float64Array.from(y) },
      line: { color: `theme(series-0, ${Number((0.12 + 0.83 * share).toFixed(2))})`, width: 0.8 + 4.2 * share },
      ...{ hoverinfo: 'skip', showlegend: false },
    };
  });
  const side = (
    names: readonly string[],
    x: number,
    from: number,
    weights: (i: number) => [string, number][],
  ): Trace => ({
    type: 'scatter',
    mode: 'markers',
    x: names.map(() => x),
    y: names.map((_, i) => i + from),
    ...{ marker: { color: 'theme(series-0)', size: 7 }, showlegend: false },
    customdata: names.map((name, i) => escapedLines(name, weights(i))),
    hovertemplate: '%{customdata}<extra></extra>',
  });
  const sorted = (list: [string, number][]) => list.sort(([, a], [, b]) => b - a).slice(0, 8);
  const nodes = [
    side(queries, 0, fromQ, (q) => sorted(keys.map((key, k) => [key, data[q * columns + k]!]))),
    side(keys, 1, fromK, (k) => sorted(queries.map((query, q) => [query, data[q * columns + k]!]))),
  ];
  const note = (name: string, i: number, x: number): Layout => ({
    ...{ x, y: i + (x === 0 ? fromQ : fromK), text: escaped(clipped(name)), showarrow: false },
    ...(x === 0 ? { xanchor: 'right', xshift: -9 } : { xanchor: 'left', xshift: 9 }),
  });
  const most = Math.max(rows, columns);
  const height = Math.round(Math.max(180, 84 + 24 * most));
  const layout: Layout = {
    ...titled(title),
    ...{ height, width: 420, showlegend: false },
    xaxis: { visible: false, range: [-0.55, 1.55], fixedrange: true },
    yaxis: { visible: false, range: [most - 0.4, -1.3], fixedrange: true },
    annotations: [
      ...queries.map((name, i) => note(name, i, 0)),
      ...keys.map((name, i) => note(name, i, 1)),
      ...(['query', 'key'] as const).map((text, x) => ({
        ...{ x, y: -0.9, text, showarrow: false, font: { color: 'theme(muted)' } },
        ...(x === 0 ? { xanchor: 'right', xshift: -9 } : { xanchor: 'left', xshift: 9 }),
      })),
    ],
  };
  return new Figure([...lines, ...nodes], layout);
}

const escapedLines = (name: string, list: readonly [string, number][]): string =>
  [`<b>${escaped(name)}</b>`, ...list.map(([other, v]) => `${escaped(other)}: ${short(v)}`)].join('<br>');

/** `"sat" takes most from "cat" (0.6)` for the first queries. */
function strongest({ data, rows, columns }: Weights, queries: readonly string[], keys: readonly string[]): string {
  return Array.from({ length: Math.min(rows, 12) }, (_, q) => {
    const k = argMax(data, q * columns, columns);
    return `"${queries[q]}" takes most from "${keys[k]}" (${short(data[q * columns + k]!)})`;
  }).join(', ');
}
