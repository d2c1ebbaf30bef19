// The update of all parameters by an optimiser, in one call of the program.
import { ops, type Hyperparameters, type OptimizerRule, type UpdateParametersAttrs } from '../../../ops.ts';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';

declare module '../program.ts' {
  interface Exports {
    updateParameters(
      rule: number,
      parameters: number,
      count: number,
      total: number,
      ...rateDecayAbcdef: [number, number, number, number, number, number, number, number]
    ): void;
  }
}

/** The number of each rule in assembly/optimizer.ts. */
const numbers: Record<OptimizerRule, number> = {
  sgd: 0,
  momentum: 1,
  nesterov: 2,
  adagrad: 3,
  rmsprop: 4,
  rmspropCentered: 5,
  adam: 6,
  adamax: 7,
  adadelta: 8,
  lion: 9,
};

/** 32-bit words of an entry in the program's table of parameters. */
const WORDS = 8;

export const optimizer: Record<string, OpKernel> = {
  [ops.UpdateParameters.name]: ({ attrs, backend }) => {
    update(backend, attrs as unknown as UpdateParametersAttrs);
    return [];
  },
};

function update(backend: CpuBackend, { rule, tensors, slots, powers, hyper }: UpdateParametersAttrs): void {
  const stride = 2 + slots;
  const count = tensors.length / stride;
  backend.withMemory(count * WORDS * 4, [], (table) => {
    const words = backend.ints();
    let word = table >>> 2;
    let total = 0;
    for (let i = 0; i < tensors.length; i += stride, word += WORDS) {
      const { size } = tensors[i]!;
      words[word] = total;
      words[word + 1] = size;
      for (let k = 0; k < stride; k++) words[word + 2 + k] = backend.address(tensors[i + k]!);
      total += (size + 15) & -16;
    }
    const at0 = powers.length > 0 ? backend.address(powers[0]!) >>> 2 : 0;
    const at1 = powers.length > 1 ? backend.address(powers[1]!) >>> 2 : 0;
    const floats = backend.floats();
    run(backend, rule, table, count, total, hyper, floats[at0]!, floats[at1]!);
    // Powers of β₁ and β₂ for the next step; in float32, as tfjs has them
    if (powers.length > 0) floats[at0]! *= hyper.beta1;
    if (powers.length > 1) floats[at1]! *= hyper.beta2;
  });
}

/**
 * @param power1 β₁ to the number of this step, for the rules that use it
 * @param power2 likewise of β₂
 */
function run(
  backend: CpuBackend,
  rule: OptimizerRule,
  table: number,
  count: number,
  total: number,
  hyper: Hyperparameters,
  power1: number,
  power2: number,
): void {
  const { exports } = backend.program;
  const { learningRate, weightDecay, momentum, decay, beta1, beta2, epsilon } = hyper;
  const rule_ = numbers[rule];
  const kept = 1 - learningRate * weightDecay;
  const bare = (a: number, b: number, c: number) =>
    exports.updateParameters(rule_, table, count, total, learningRate, kept, a, b, c, 0, epsilon, 0);
  switch (rule) {
    case 'sgd':
    case 'adagrad':
      return bare(0, 0, 0);
    case 'momentum':
    case 'nesterov':
      return bare(momentum, 0, 0);
    case 'rmsprop':
    case 'rmspropCentered':
      return bare(decay, 1 - decay, momentum);
    case 'adadelta':
      return bare(decay, 1 - decay, 0);
    case 'adam':
    case 'adamax':
    case 'lion': {
      const rate = rule === 'lion' ? learningRate : learningRate / Math.fround(1 - power1);
      const correction = rule === 'adam' ? 1 / Math.fround(1 - power2) : 1;
      const [c, d] = [1 - beta1, 1 - beta2];
      return exports.updateParameters(rule_, table, count, total, rate, kept, beta1, beta2, c, d, epsilon, correction);
    }
  }
}
