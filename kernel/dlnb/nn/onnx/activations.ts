// Activations of layers as ONNX operators.
import type { GraphBuilder } from '../../../formats/onnx/graph.ts';

type Make = (g: GraphBuilder, x: string) => string;

const clip = (g: GraphBuilder, x: string, low: number, high?: number) =>
  g.node('Clip', [x, g.scalar(low), ...(high === undefined ? [] : [g.scalar(high)])]);

/** √(2/π), and the factor of x³ in the approximation of gelu (Hendrycks & Gimpel 2016). */
const [GELU, GELU_CUBE] = [Math.sqrt(2 / Math.PI), 0.044715];

const MAKE: Record<string, Make> = {
  linear: (_, x) => x,
  relu: (g, x) => g.node('Relu', [x]),
  relu6: (g, x) => clip(g, x, 0, 6),
  sigmoid: (g, x) => g.node('Sigmoid', [x]),
  tanh: (g, x) => g.node('Tanh', [x]),
  softmax: (g, x) => g.node('Softmax', [x], { axis: -1 }),
  logsoftmax: (g, x) => g.node('LogSoftmax', [x], { axis: -1 }),
  elu: (g, x) => g.node('Elu', [x], { alpha: { float: 1 } }),
  selu: (g, x) => g.node('Selu', [x], { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } }),
  softplus: (g, x) => g.node('Softplus', [x]),
  softsign: (g, x) => g.node('Softsign', [x]),
  exponential: (g, x) => g.node('Exp', [x]),
  hardsigmoid: (g, x) => g.node('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  hardsigmoidkeras3: (g, x) => g.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  swish: (g, x) => g.node('Mul', [x, g.node('Sigmoid', [x])]),
  mish: (g, x) => g.node('Mul', [x, g.node('Tanh', [g.node('Softplus', [x])])]),
  gelu: (g, x) => half(g, x, g.node('Erf', [g.node('Mul', [x, g.scalar(Math.SQRT1_2)])])),
  gelunew: (g, x) => {
    const cube = g.node('Mul', [g.node('Mul', [x, x]), g.node('Mul', [x, g.scalar(GELU_CUBE)])]);
    return half(g, x, g.node('Tanh', [g.node('Mul', [g.node('Add', [x, cube]), g.scalar(GELU)])]));
  },
};

/** x (1 + y) / 2 */
const half = (g: GraphBuilder, x: string, y: string) =>
  g.node('Mul', [g.node('Mul', [x, g.scalar(0.5)]), g.node('Add', [y, g.scalar(1)])]);

const plain = (name: string) => name.replaceAll('_', '').toLowerCase();

/** The activation of a layer's configuration, applied. @throws Error for one that ONNX has no operators for */
export function activate(g: GraphBuilder, x: string, name: unknown): string {
  if (name === undefined || name === null) return x;
  const make = typeof name === 'string' ? MAKE[plain(name)] : undefined;
  if (!make) throw new Error(`the activation ${JSON.stringify(name)} has no counterpart in ONNX`);
  return make(g, x);
}

/** Activations inside recurrent operators: their names, with their numbers. */
const RECURRENT: Record<string, { name: string; alpha?: number; beta?: number }> = {
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  relu: { name: 'Relu' },
  sigmoid: { name: 'Sigmoid' },
  tanh: { name: 'Tanh' },
  softplus: { name: 'Softplus' },
  softsign: { name: 'Softsign' },
  elu: { name: 'Elu', alpha: 1 },
  hardsigmoid: { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
  hardsigmoidkeras3: { name: 'HardSigmoid', alpha: 1 / 6, beta: 0.5 },
};

/** Attributes of a recurrent operator with these activations. */
export function recurrentActivations(names: readonly unknown[]) {
  const all = names.map((name) => {
    const found = typeof name === 'string' ? RECURRENT[plain(name)] : undefined;
    if (!found) throw new Error(`the activation ${JSON.stringify(name)} cannot be inside a recurrent operator of ONNX`);
    return found;
  });
  const floats = (part: 'alpha' | 'beta') => {
    const values = all.flatMap((one) => one[part] ?? []);
    return values.length > 0 ? { [`activation_${part}`]: { floats: values } } : {};
  };
  return { activations: { texts: all.map(({ name }) => name) }, ...floats('alpha'), ...floats('beta') };
}
