// `data.sequences`: tasks for recurrent networks and attention, drawn from a seed: copy, recall, sine, aⁿbⁿ. And
// `data.gabor`: points of a curve with two parameters whose loss has many minima.
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { random } from './random.ts';

/** Sequences of symbols, where the target is a symbol for each step. `data.dataset(set)` makes a data set of them. */
export interface SymbolSequences {
  /** One-hot symbols: `[n, steps, symbols]`. */
  x: Float32Array;
  /** One-hot targets: `[n, steps, symbols]`. */
  y: Float32Array;
  /** `[n, steps, symbols]`, the shape of {@link x} and {@link y}. */
  shape: [n: number, steps: number, symbols: number];
  /** The same, for {@link y}. */
  yShape: [n: number, steps: number, symbols: number];
  /** The symbols as numbers, for an embedding: `[n, steps]`. */
  tokens: Int32Array;
  /** The targets as numbers: `[n, steps]`. */
  targets: Int32Array;
  /** Names of the symbols. */
  symbols: string[];
}

/** Sequences with one class each. `data.dataset(set)` makes a data set of them. */
export interface LabeledSequences {
  /** One-hot symbols: `[n, steps, symbols]`. */
  points: Float32Array;
  /** The class of each sequence: `[n]`. */
  labels: Int32Array;
  /** `[n, steps, symbols]`, the shape of {@link points}. */
  shape: [n: number, steps: number, symbols: number];
  /** The symbols as numbers, for an embedding: `[n, steps]`. */
  tokens: Int32Array;
  /** Names of the classes, which are the symbols. */
  classNames: string[];
}

/** Curves with the value that comes next. `data.dataset(set)` makes a data set of them. */
export interface CurveSequences {
  /** Values: `[n, steps, 1]`. */
  x: Float32Array;
  /** The next value of each: `[n, 1]`. */
  y: Float32Array;
  /** `[n, steps, 1]`, the shape of {@link x}. */
  shape: [n: number, steps: number, features: number];
}

interface Common {
  /** Number of sequences; 1000 by default. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
}
const COMMON = { n: 'number', seed: 'number' } as const;

/** Options of `data.sequences.copy`. */
export interface CopyOptions extends Common {
  /** Number of symbols to remember; 10 by default. */
  length?: number;
  /** Steps to wait; 20 by default. */
  delay?: number;
  /** Number of different symbols; 8 by default. */
  symbols?: number;
}
const COPY: OptionNames<CopyOptions> = { ...COMMON, length: 'number', delay: 'number', symbols: 'number' };

/** Options of `data.sequences.recall`. */
export interface RecallOptions extends Common {
  /** Length of the sequences; 10 by default. */
  steps?: number;
  /** Number of different symbols; 8 by default. */
  symbols?: number;
}
const RECALL: OptionNames<RecallOptions> = { ...COMMON, steps: 'number', symbols: 'number' };

/** Options of `data.sequences.sine`. */
export interface SineOptions extends Common {
  /** Length of the sequences; 30 by default. */
  steps?: number;
  /** Shortest and longest wave in steps; [10, 30] by default. */
  period?: readonly [least: number, most: number];
  /** Standard deviation of the noise on each value of the inputs; 0 by default. */
  noise?: number;
}
const SINE: OptionNames<SineOptions> = { ...COMMON, steps: 'number', period: true, noise: 'number' };

/** Options of `data.sequences.anbn`. */
export interface AnbnOptions extends Common {
  /** Least and largest count of each letter; [1, 10] by default. */
  counts?: readonly [least: number, most: number];
}
const ANBN: OptionNames<AnbnOptions> = { ...COMMON, counts: true };

/** Tasks on sequences, drawn from a seed. */
export interface Sequences {
  /**
   * The copying task (Hochreiter and Schmidhuber, 1997; as Arjovsky, Shah and Bengio, 2016, have it): ten random symbols,
   * `delay` − 1 blanks, a mark, ten blanks; the target is blank until the mark, then the ten symbols. A network
   * without memory reaches at best the loss length · ln(symbols) / steps.
   * @returns one-hot inputs and targets `[n, 2 · length + delay, symbols + 2]`
   * @throws RangeError for an option that is out of range
   * @example
   * ```ts
   * const { tokens, targets } = data.sequences.copy({ n: 1, length: 3, delay: 4, symbols: 2 });
   * [tokens.length, targets.length]; // → [10, 10]
   * ```
   */
  copy(options?: CopyOptions): SymbolSequences;
  /**
   * Recall of the first symbol: all symbols are random, and the class of a sequence is its first one. The longer the
   * sequence, the longer it must be remembered.
   * @returns one-hot inputs `[n, steps, symbols]` and labels `[n]`
   * @throws RangeError for an option that is out of range
   * @example
   * ```ts
   * const { tokens, labels } = data.sequences.recall({ n: 5, steps: 8 });
   * labels[0] === tokens[0]; // → true
   * ```
   */
  recall(options?: RecallOptions): LabeledSequences;
  /**
   * Sine waves of random period and phase; the target is the value one step ahead, without noise.
   * @returns inputs `[n, steps, 1]` in [−1, 1] and targets `[n, 1]`
   * @throws RangeError for an option that is out of range
   * @example
   * ```ts
   * const { x, y } = data.sequences.sine({ n: 1, steps: 50 });
   * viz.line([...x, ...y], { title: 'a wave, and its next value' });
   * ```
   */
  sine(options?: SineOptions): CurveSequences;
  /**
   * The language aⁿbⁿ (Gers and Schmidhuber, 2001): a start, `count` times a, as many times b, then ends; the target is
   * the next symbol. After the first b all is determined, if the a were counted.
   * @returns one-hot inputs and targets `[n, 2 · most + 1, 3]` (end, a, b), and how many a each has
   * @throws RangeError for an option that is out of range
   * @example
   * ```ts
   * const { tokens, symbols, counts } = data.sequences.anbn({ n: 1, counts: [3, 3] });
   * [[...tokens].map((t) => symbols[t]).join(' '), counts[0]];
   * ```
   */
  anbn(options?: AnbnOptions): SymbolSequences & { counts: Int32Array };
}

/** {@link Sequences} */
export const sequences: Sequences = {
  copy(options: CopyOptions = {}): SymbolSequences {
    const where = 'sequences.copy';
    checkOptions(where, options, COPY);
    const { n = 1000, seed = 0, length = 10, delay = 20, symbols = 8 } = options;
    for (const [name, value] of Object.entries({ n, length, delay })) checkCount(where, name, value);
    checkCount(where, 'symbols', symbols, 2);
    const rng = random(seed);
    const steps = 2 * length + delay;
    const [blank, mark] = [symbols, symbols + 1];
    const tokens = new Int32Array(n * steps).fill(blank);
    const targets = new Int32Array(n * steps).fill(blank);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < length; k++) {
        const symbol = rng.int(symbols);
        tokens[i * steps + k] = symbol;
        targets[i * steps + steps - length + k] = symbol;
      }
      tokens[i * steps + length + delay - 1] = mark;
    }
    return symbolSequences(tokens, targets, steps, [...names(symbols), 'blank', 'mark']);
  },
  recall(options: RecallOptions = {}): LabeledSequences {
    const where = 'sequences.recall';
    checkOptions(where, options, RECALL);
    const { n = 1000, seed = 0, steps = 10, symbols = 8 } = options;
    for (const [name, value] of Object.entries({ n, steps })) checkCount(where, name, value);
    checkCount(where, 'symbols', symbols, 2);
    const rng = random(seed);
    const tokens = Int32Array.from({ length: n * steps }, () => rng.int(symbols));
    const labels = Int32Array.from({ length: n }, (_, i) => tokens[i * steps]!);
    return { points: oneHot(tokens, symbols), labels, shape: [n, steps, symbols], tokens, classNames: names(symbols) };
  },
  sine(options: SineOptions = {}): CurveSequences {
    const where = 'sequences.sine';
    checkOptions(where, options, SINE);
    const { n = 1000, seed = 0, steps = 30, period = [10, 30], noise = 0 } = options;
    for (const [name, value] of Object.entries({ n, steps })) checkCount(where, name, value);
    checkPair(where, 'period', period);
    checkNumber(where, 'period[0]', period[0], 2);
    checkNumber(where, 'period[1]', period[1], period[0]);
    checkNumber(where, 'noise', noise);
    const rng = random(seed);
    const x = new Float32Array(n * steps);
    const y = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const rate = (2 * Math.PI) / rng.uniform(period[0], period[1]);
      const phase = rng.uniform(0, 2 * Math.PI);
      for (let t = 0; t < steps; t++)
        x[i * steps + t] = Math.sin(rate * t + phase) + (noise > 0 ? rng.normal(0, noise) : 0);
      y[i] = Math.sin(rate * steps + phase);
    }
    return { x, y, shape: [n, steps, 1] };
  },
  anbn(options: AnbnOptions = {}): SymbolSequences & { counts: Int32Array } {
    const where = 'sequences.anbn';
    checkOptions(where, options, ANBN);
    const { n = 1000, seed = 0, counts = [1, 10] } = options;
    checkCount(where, 'n', n);
    checkPair(where, 'counts', counts);
    checkCount(where, 'counts[0]', counts[0]);
    checkCount(where, 'counts[1]', counts[1], counts[0]);
    const rng = random(seed);
    const steps = 2 * counts[1] + 1;
    const own = Int32Array.from({ length: n }, () => counts[0] + rng.int(counts[1] - counts[0] + 1));
    // The start is the same symbol as the end: one stands between two words
    const symbol = (i: number, t: number) => (t === 0 || t > 2 * own[i]! ? 0 : t <= own[i]! ? 1 : 2);
    const at = (ahead: number) =>
      Int32Array.from({ length: n * steps }, (_, k) => symbol(Math.floor(k / steps), (k % steps) + ahead));
    return { ...symbolSequences(at(0), at(1), steps, ['end', 'a', 'b']), counts: own };
  },
};

function symbolSequences(tokens: Int32Array, targets: Int32Array, steps: number, symbols: string[]): SymbolSequences {
  const shape = (): [number, number, number] => [tokens.length / steps, steps, symbols.length];
  const [x, y] = [oneHot(tokens, symbols.length), oneHot(targets, symbols.length)];
  return { x, y, shape: shape(), yShape: shape(), tokens, targets, symbols };
}

function oneHot(tokens: Int32Array, size: number): Float32Array {
  const rows = new Float32Array(tokens.length * size);
  tokens.forEach((token, i) => (rows[i * size + token] = 1));
  return rows;
}

/** Letters, then numbers. */
const names = (n: number) => Array.from({ length: n }, (_, k) => (n <= 26 ? String.fromCharCode(97 + k) : String(k)));

function checkPair(where: string, option: string, value: unknown): void {
  if (!Array.isArray(value) || value.length !== 2)
    throw new RangeError(`${where}: ${option} must be [least, most], got ${shown(value)}`);
}

/** Points of a Gabor curve. `data.dataset(set)` makes a data set of them. */
export interface GaborSet {
  /** Places: `[n, 1]`. */
  x: Float32Array;
  /** Values: `[n, 1]`. */
  y: Float32Array;
  /** `[n, 1]`, the shape of {@link x}. */
  shape: [number, number];
  /** The parameters of the curve, φ₀ and φ₁. */
  parameters: [phi0: number, phi1: number];
  /**
   * The curve for other parameters: its value at a place.
   * @example
   * ```ts
   * const { curve } = data.gabor();
   * curve(0, 0, 16.6); // → 0
   * ```
   */
  curve: (x: number, phi0: number, phi1: number) => number;
}

/** Options of {@link gabor}. */
export interface GaborOptions {
  /** Number of points; 30 by default. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
  /** φ₀ and φ₁ of the curve; [0, 16.6] by default. */
  parameters?: readonly [phi0: number, phi1: number];
  /** Standard deviation of the noise on the values; 0.1 by default. */
  noise?: number;
  /** Range of the places, which are drawn evenly; [−15, 15] by default. */
  range?: readonly [low: number, high: number];
}
const GABOR: OptionNames<GaborOptions> = {
  n: 'number',
  seed: 'number',
  parameters: true,
  noise: 'number',
  range: true,
};

/** sin(φ₀ + 0.06 φ₁ x) · exp(−(φ₀ + 0.06 φ₁ x)² / 32) */
function curve(x: number, phi0: number, phi1: number): number {
  const u = phi0 + 0.06 * phi1 * x;
  return Math.sin(u) * Math.exp((-u * u) / 32);
}

/**
 * Draws noisy points of the Gabor model, sin(φ₀ + 0.06 φ₁ x) · exp(−(φ₀ + 0.06 φ₁ x)² / 32) (Prince, *Understanding Deep
 * Learning*, eq. 6.8): two parameters, and a squared loss with many local minima and saddle points for φ₀ in [−10, 10]
 * and φ₁ in [2.5, 22.5].
 * @returns places `x` and values `y`, `[n, 1]`
 * @throws RangeError for an option that is out of range
 * @example
 * ```ts
 * const set = data.gabor({ n: 30 });
 * const [phi0, phi1] = set.parameters;
 * viz.line([...set.x].sort((a, b) => a - b).map((x) => set.curve(x, phi0, phi1)));
 * ```
 */
export function gabor(options: GaborOptions = {}): GaborSet {
  checkOptions('gabor', options, GABOR);
  const { n = 30, seed = 0, parameters = [0, 16.6], noise = 0.1, range = [-15, 15] } = options;
  checkCount('gabor', 'n', n);
  checkNumber('gabor', 'noise', noise);
  for (const [name, pair] of Object.entries({ parameters, range })) {
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every(Number.isFinite))
      throw new RangeError(`gabor: ${name} must be two numbers, got ${shown(pair)}`);
  }
  if (!(range[0] < range[1]))
    throw new RangeError(`gabor: range must be [low, high] with low < high, got ${shown(range)}`);
  const rng = random(seed);
  const x = Float32Array.from({ length: n }, () => rng.uniform(range[0], range[1]));
  const y = x.map((place) => curve(place, parameters[0], parameters[1]) + rng.normal(0, noise));
  return { x, y, shape: [n, 1], parameters: [...parameters], curve };
}
