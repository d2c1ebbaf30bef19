// Initializers by the names of their authors, with the variances of their papers, and initial biases of gates for long
// memories. They are saved with models.
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { needLibrary, type LoadedLibrary, type TensorLibrary } from '../library.ts';
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import type { Initializer } from './layers/resolve.ts';
import type { Layer } from './layers/options.ts';

/** Options of the initializers of `nn.initializers`. */
export interface InitializerOptions {
  /** Factor of the standard deviation: PyTorch's `gain`. 1 by default; of He's √2, for ReLU. */
  gain?: number;
  /** Seed of the numbers. */
  seed?: number;
}
const INITIALIZER_OPTIONS: OptionNames<InitializerOptions> = { gain: 'number', seed: 'number' };

/** Options of He's and LeCun's initializers. */
export interface FanInitializerOptions extends InitializerOptions {
  /**
   * Whether the variance of activations stays on the way forward, or that of gradients backward; 'fanIn' by default.
   */
  mode?: 'fanIn' | 'fanOut';
}
const FAN_INITIALIZER_OPTIONS: OptionNames<FanInitializerOptions> = {
  ...INITIALIZER_OPTIONS,
  mode: ['fanIn', 'fanOut'],
};

/** Options of `nn.chrono`. */
export interface ChronoOptions {
  /** The longest time, in steps, that the layer is to remember; at least 3. */
  steps: number;
  /** Seed of the biases. */
  seed?: number;
}
const CHRONO_OPTIONS: OptionNames<ChronoOptions> = { steps: 'number', seed: 'number' };

type Config = Record<string, unknown>;
type Mode = 'fanIn' | 'fanOut' | 'fanAvg';

/** Numbers of inputs and outputs of a unit: kernels are [...places, inputs, outputs]. */
function fans(shape: number[]): [fanIn: number, fanOut: number] {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.length < 2) return [Math.sqrt(size), Math.sqrt(size)];
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const places = size / (inputs * outputs || 1);
  return [inputs * places, outputs * places];
}

function makeClasses(tf: TensorLibrary) {
  const Base = Object.getPrototypeOf(tf.initializers.zeros().constructor) as new () => Initializer;

  class FanNormal extends Base {
    static readonly className = 'FanNormal';
    readonly gain: number;
    readonly mode: Mode;
    readonly seed: number | undefined;

    constructor({ gain, mode, seed }: Config) {
      super();
      this.gain = gain as number;
      this.mode = mode as Mode;
      this.seed = (seed as number | null) ?? undefined;
    }

    override apply(shape: number[]): Tensor {
      const [fanIn, fanOut] = fans(shape);
      const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[this.mode];
      return tf.randomNormal(shape, 0, this.gain / Math.sqrt(Math.max(1, fan)), 'float32', this.seed);
    }

    override getConfig(): serialization.ConfigDict {
      const { gain, mode, seed } = this;
      return { gain, mode, ...(seed !== undefined && { seed }) };
    }
  }

  class Chrono extends Base {
    static readonly className = 'Chrono';
    readonly cell: 'lstm' | 'gru';
    readonly steps: number;
    readonly seed: number | undefined;

    constructor({ cell, steps, seed }: Config) {
      super();
      this.cell = cell as 'lstm';
      this.steps = steps as number;
      this.seed = (seed as number | null) ?? undefined;
    }

    override apply(shape: number[]): Tensor {
      return tf.tidy(() => {
        // Of a GRU with resetAfter there is a second row, of the state
        const size = shape.at(-1)!;
        const units = size / (this.cell === 'lstm' ? 4 : 3);
        const forget = tf.log(tf.randomUniform([units], 1, this.steps - 1, 'float32', this.seed));
        const zeros = (n: number) => tf.zeros([n]);
        const row =
          this.cell === 'lstm'
            ? tf.concat([tf.neg(forget), forget, zeros(2 * units)])
            : tf.concat([forget, zeros(2 * units)]);
        return shape.length === 1 ? row : tf.stack([row, zeros(size)]);
      });
    }

    override getConfig(): serialization.ConfigDict {
      const { cell, steps, seed } = this;
      return { cell, steps, ...(seed !== undefined && { seed }) };
    }
  }
  return { FanNormal, Chrono };
}

const made = new WeakMap<object, ReturnType<typeof makeClasses>>();

/** The classes of the initializers, for a copy of TensorFlow.js. Saved models know them from the first call on. */
export function initializerClasses(
  tf: TensorLibrary,
): Record<'FanNormal' | 'Chrono', new (config: Config) => Initializer> {
  let classes = made.get(tf);
  if (!classes) {
    made.set(tf, (classes = makeClasses(tf)));
    for (const cls of Object.values(classes)) tf.serialization.registerClass(cls as never);
  }
  return classes;
}

/** Makes `nn.initializers` for one session. */
export function makeInitializers(loaded: LoadedLibrary) {
  const need = (name: string) => needLibrary(loaded, `nn.initializers.${name}`);
  const normal = (name: string, mode: Mode, gain: number, { gain: own = gain, seed }: InitializerOptions) => {
    checkNumber(`nn.initializers.${name}`, 'gain', own);
    return new (initializerClasses(need(name)).FanNormal)({ gain: own, mode, seed });
  };
  const uniform = (name: string, mode: Mode, gain: number, { gain: own = gain, seed }: InitializerOptions) => {
    checkNumber(`nn.initializers.${name}`, 'gain', own);
    const options = { scale: own ** 2, mode, distribution: 'uniform' as const, ...(seed !== undefined && { seed }) };
    return need(name).initializers.varianceScaling(options) as Initializer;
  };
  const check = (name: string, options: FanInitializerOptions, names = FAN_INITIALIZER_OPTIONS) =>
    checkOptions(`nn.initializers.${name}`, options, names);
  const checkPlain = (name: string, options: InitializerOptions) =>
    checkOptions(`nn.initializers.${name}`, options, INITIALIZER_OPTIONS);
  return {
    /**
     * Xavier Glorot's: uniform in ±gain · √(6 / (fanIn + fanOut)), which keeps the variance of tanh layers (Glorot &
     * Bengio 2010). PyTorch's `xavier_uniform_`.
     * @example
     * ```ts
     * const kernelInitializer = nn.initializers.xavierUniform({ seed: 1 });
     * tf.layers.dense({ units: 64, activation: 'tanh', kernelInitializer, inputShape: [32] });
     * ```
     */
    xavierUniform: (options: InitializerOptions = {}): Initializer => {
      checkPlain('xavierUniform', options);
      return uniform('xavierUniform', 'fanAvg', 1, options);
    },
    /**
     * Xavier Glorot's: normal with the standard deviation gain · √(2 / (fanIn + fanOut)) (Glorot & Bengio 2010).
     * PyTorch's `xavier_normal_`; not cut at two standard deviations, as `tf.initializers.glorotNormal` is.
     * @example
     * ```ts
     * // Standard deviation √(2 / (100 + 300))
     * const w = nn.initializers.xavierNormal({ seed: 1 }).apply([100, 300]);
     * linalg.std(w).dataSync()[0].toFixed(2); // → '0.07'
     * ```
     */
    xavierNormal: (options: InitializerOptions = {}): Initializer => {
      checkPlain('xavierNormal', options);
      return normal('xavierNormal', 'fanAvg', 1, options);
    },
    /**
     * Kaiming He's: uniform in ±gain · √(3 / fanIn), with the gain √2 for ReLU (He et al. 2015,
     * https://arxiv.org/abs/1502.01852). PyTorch's `kaiming_uniform_`.
     * @example
     * ```ts
     * const kernelInitializer = nn.initializers.heUniform({ seed: 1 });
     * tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', kernelInitializer, inputShape: [28, 28, 1] });
     * ```
     */
    heUniform: (options: FanInitializerOptions = {}): Initializer => {
      check('heUniform', options);
      return uniform('heUniform', options.mode ?? 'fanIn', Math.SQRT2, options);
    },
    /**
     * Kaiming He's: normal with the standard deviation gain / √fanIn, with the gain √2 for ReLU (He et al. 2015,
     * https://arxiv.org/abs/1502.01852). PyTorch's `kaiming_normal_`; not cut at two standard deviations, as
     * `tf.initializers.heNormal` is.
     * @example
     * ```ts
     * // Standard deviation √(2 / 200): the variance stays the same through ReLU
     * const w = nn.initializers.heNormal({ seed: 1 }).apply([200, 300]);
     * linalg.std(w).dataSync()[0].toFixed(1); // → '0.1'
     * ```
     */
    heNormal: (options: FanInitializerOptions = {}): Initializer => {
      check('heNormal', options);
      return normal('heNormal', options.mode ?? 'fanIn', Math.SQRT2, options);
    },
    /**
     * Yann LeCun's: uniform in ±gain · √(3 / fanIn), for SELU (LeCun et al. 1998, "Efficient BackProp").
     * @example
     * ```ts
     * const kernelInitializer = nn.initializers.lecunUniform({ seed: 1 });
     * tf.layers.dense({ units: 64, activation: 'selu', kernelInitializer, inputShape: [32] });
     * ```
     */
    lecunUniform: (options: FanInitializerOptions = {}): Initializer => {
      check('lecunUniform', options);
      return uniform('lecunUniform', options.mode ?? 'fanIn', 1, options);
    },
    /**
     * Yann LeCun's: normal with the standard deviation gain / √fanIn, for SELU (LeCun et al. 1998).
     * @example
     * ```ts
     * // Standard deviation √(1 / 400)
     * const w = nn.initializers.lecunNormal({ seed: 1 }).apply([400, 200]);
     * linalg.std(w).dataSync()[0].toFixed(2); // → '0.05'
     * ```
     */
    lecunNormal: (options: FanInitializerOptions = {}): Initializer => {
      check('lecunNormal', options);
      return normal('lecunNormal', options.mode ?? 'fanIn', 1, options);
    },
    /**
     * A random matrix with orthonormal rows or columns, times the gain: it keeps lengths (Saxe, McClelland & Ganguli
     * 2014, https://arxiv.org/abs/1312.6120). Kernels of convolutions count as matrices with a column for each filter.
     * @example
     * ```ts
     * const q = nn.initializers.orthogonal({ seed: 1 }).apply([3, 3]);
     * check.close(tf.matMul(q, q, true), tf.eye(3), 'columns are orthonormal');
     * ```
     */
    orthogonal: (options: InitializerOptions = {}): Initializer => {
      checkPlain('orthogonal', options);
      const { gain = 1, seed } = options;
      checkNumber('nn.initializers.orthogonal', 'gain', gain);
      return need('orthogonal').initializers.orthogonal({ gain, ...(seed !== undefined && { seed }) }) as Initializer;
    },
  };
}

interface Cell {
  getClassName(): string;
  useBias: boolean;
  unitForgetBias?: boolean;
  biasInitializer: Initializer;
}

/** The cells of a recurrent layer: its own, those of stacked cells, and those of both directions. */
function cellsOf(layer: unknown): Cell[] {
  const { cell, cells, forwardLayer, backwardLayer } = (layer ?? {}) as Record<string, unknown>;
  if (forwardLayer) return [...cellsOf(forwardLayer), ...cellsOf(backwardLayer)];
  if (cell) return cellsOf(cell);
  if (Array.isArray(cells)) return cells.flatMap(cellsOf);
  return /^(LSTM|GRU)Cell$/.test((layer as Partial<Cell> | null)?.getClassName?.() ?? '') ? [layer as Cell] : [];
}

/**
 * Lets an LSTM or GRU layer begin with a memory of up to `steps` steps: the biases of the gates that keep the state are
 * the logarithms of random numbers from 1 to steps − 1, and those of the LSTM's input gate their negatives (Tallec &
 * Ollivier 2018, https://arxiv.org/abs/1804.11188). Without it, gates begin half open, and the gradient of what was 50
 * steps ago is 10⁻¹⁰. Give the gates the activation `sigmoid`: the default of `tf.layers`, `hardSigmoid`, is flat beyond
 * ±2.5, where such biases lie for more than twelve steps.
 * @param layer an LSTM or GRU layer or cell that was not applied yet, also stacked or bidirectional
 * @returns the same layer
 * @throws TypeError for a layer without such cells, Error for one that has its weights already
 * @example
 * ```ts
 * const lstm = tf.layers.lstm({ units: 32, recurrentActivation: 'sigmoid' });
 * const layer = nn.chrono(lstm, { steps: 50, seed: 1 });
 * tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [50, 1] }), layer, tf.layers.dense({ units: 1 })] });
 * ```
 */
export function chrono<L extends Layer>(tf: TensorLibrary, layer: L, options: ChronoOptions): L {
  const where = 'nn.chrono';
  const cells = cellsOf(layer);
  if (cells.length === 0)
    throw new TypeError(`${where}: the first argument must be an LSTM or GRU layer, such as tf.layers.lstm({ units: 32 }), got ${shown((layer as Partial<Layer> | null)?.getClassName?.() ?? layer)}`); // prettier-ignore
  checkOptions(where, options, CHRONO_OPTIONS);
  const { steps, seed } = options;
  checkCount(where, 'steps', steps, 3);
  const isBuilt = (layer as Layer & { built: boolean }).built;
  if (isBuilt) throw new Error(`${where}: the layer "${layer.name}" has its weights already; call nn.chrono before it is applied`); // prettier-ignore
  const { Chrono } = initializerClasses(tf);
  cells.forEach((cell, i) => {
    if (!cell.useBias) throw new Error(`${where}: the layer "${layer.name}" has no biases; leave useBias: false out`);
    const kind = cell.getClassName() === 'LSTMCell' ? 'lstm' : 'gru';
    // The initializer is of all gates together
    if (kind === 'lstm') cell.unitForgetBias = false;
    cell.biasInitializer = new Chrono({ cell: kind, steps, ...(seed !== undefined && { seed: seed + i }) });
  });
  return layer;
}
